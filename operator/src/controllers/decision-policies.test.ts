import { describe, expect, it } from 'vitest';
import type { FoundPolicy } from '../core/decision/policies-in-force.ts';
import type { PolicyManifest } from '../core/decision/policy-manifest.ts';
import { DecisionPolicies, type PoliciesSeen, type PolicyReading } from './decision-policies.ts';

const spec = { matchConstraints: {} };
const guard: PolicyManifest = { kind: 'ValidatingAdmissionPolicy', name: 'guard', spec };
const stamp: PolicyManifest = { kind: 'MutatingAdmissionPolicy', name: 'stamp', spec };
const nowMs = Date.parse('2026-01-05T08:00:00.000Z');

/** A cluster with policies, which a test changes, and what was told. */
class Bench {
  nowMs = nowMs;
  readonly readings = new Map<string, PolicyReading>([
    ['guard', { found: found(guard) }],
    ['stamp', { found: found(stamp) }],
  ]);
  readonly told: PoliciesSeen[] = [];
  reads = 0;
  /** What a reading waits for. */
  latch: Promise<void> = Promise.resolve();
  readonly policies = new DecisionPolicies({
    expected: { manifests: [guard, stamp] },
    port: {
      read: async ({ name }) => {
        this.reads += 1;
        const reading = this.readings.get(name) ?? 'missing';
        await this.latch;
        return reading;
      },
    },
    clock: () => new Date(this.nowMs),
    changed: (seen) => this.told.push(seen),
  });

  change(name: string, change: Partial<FoundPolicy>): void {
    this.readings.set(name, { found: { ...found(name === 'guard' ? guard : stamp), ...change } });
  }

  async epoch(): Promise<string | undefined> {
    const seen = await this.policies.fresh();
    return 'epoch' in seen ? seen.epoch : undefined;
  }

  async problem(): Promise<string | undefined> {
    const seen = await this.policies.fresh();
    return 'problem' in seen ? `${seen.problem.reason}: ${seen.problem.message}` : undefined;
  }
}

function found(manifest: PolicyManifest): FoundPolicy {
  const uid = `uid-${manifest.name}`;
  return { ...manifest, uid, generation: 1, changedAtMs: 0, isBeingDeleted: false, typeWarnings: [] };
}

describe('DecisionPolicies', () => {
  it('reads once, and then tells what it knows', async () => {
    const bench = new Bench();
    const first = await bench.policies.current();
    expect(first).toEqual({ epoch: expect.stringMatching(/^sha256:/) as string });
    expect(await bench.policies.current()).toBe(first);
    expect(bench.reads).toBe(2);
    expect(bench.told).toEqual([first]);
  });

  it('tells when an epoch follows another, when a problem does, and when it changes', async () => {
    const bench = new Bench();
    await bench.policies.fresh();
    await bench.policies.fresh();
    expect(bench.told).toHaveLength(1);
    bench.change('guard', { uid: 'made anew' });
    await bench.policies.fresh();
    expect(bench.told).toHaveLength(2);
    expect(bench.told[1]).not.toEqual(bench.told[0]);
    bench.readings.delete('guard');
    await bench.policies.fresh();
    bench.readings.delete('stamp');
    await bench.policies.fresh();
    expect(bench.told).toHaveLength(4);
    expect(bench.told[3]).toMatchObject({ problem: { reason: 'PoliciesMissing' } });
  });

  it('looks more often while something is wrong', async () => {
    const bench = new Bench();
    expect(bench.policies.pauseMs).toBe(5_000);
    await bench.policies.fresh();
    expect(bench.policies.pauseMs).toBe(30_000);
    bench.readings.delete('guard');
    await bench.policies.fresh();
    expect(bench.policies.pauseMs).toBe(5_000);
  });

  it('never answers a question with a reading that began before it', async () => {
    const bench = new Bench();
    let release = () => {};
    bench.latch = new Promise((resolve) => (release = resolve));
    const before = bench.policies.fresh();
    bench.readings.delete('guard');
    const [one, other] = [bench.policies.fresh(), bench.policies.fresh()];
    release();
    expect(await before).toHaveProperty('epoch');
    expect(await one).toMatchObject({ problem: { message: 'ValidatingAdmissionPolicy guard is not installed' } });
    expect(await other).toBe(await one);
    expect(bench.reads).toBe(4);
  });

  it('reads anew after a reading that failed, whoever waits for it', async () => {
    const bench = new Bench();
    bench.latch = Promise.reject(new Error('unreachable'));
    bench.latch.catch(() => undefined);
    const failing = bench.policies.fresh();
    const after = bench.policies.fresh();
    bench.latch = Promise.resolve();
    await expect(failing).rejects.toThrow('unreachable');
    expect(await after).toHaveProperty('epoch');
  });

  it('knows what it knew after a reading that failed, until somebody else leads', async () => {
    const bench = new Bench();
    const known = await bench.policies.current();
    bench.latch = Promise.reject(new Error('unreachable'));
    bench.latch.catch(() => undefined);
    await expect(bench.policies.fresh()).rejects.toThrow();
    expect(await bench.policies.current()).toBe(known);
    bench.policies.forget();
    await expect(bench.policies.current()).rejects.toThrow('unreachable');
  });

  it('waits until a policy has stood for ten seconds, by whichever clock says so first', async () => {
    const bench = new Bench();
    bench.change('guard', { changedAtMs: nowMs - 9_000 });
    expect(await bench.problem()).toMatch(/^PoliciesSettling/);
    bench.nowMs += 1_000;
    expect(await bench.epoch()).toBeDefined();

    bench.change('guard', { generation: 2, changedAtMs: nowMs + 3_600_000 });
    expect(await bench.problem()).toMatch(/^PoliciesSettling/);
    bench.nowMs += 9_999;
    expect(await bench.problem()).toMatch(/^PoliciesSettling/);
    bench.nowMs += 1;
    expect(await bench.epoch()).toBeDefined();
  });

  it('expects no kind that the cluster does not serve, and gives another epoch once it does', async () => {
    const bench = new Bench();
    bench.readings.set('stamp', 'not-served');
    const without = await bench.epoch();
    expect(without).toBeDefined();
    bench.readings.delete('stamp');
    expect(await bench.problem()).toBe('PoliciesMissing: MutatingAdmissionPolicy stamp is not installed');
    bench.change('stamp', {});
    expect(await bench.epoch()).not.toBe(without);
  });

  it('says what it may not read', async () => {
    const bench = new Bench();
    bench.readings.set('stamp', { problem: { reason: 'PoliciesUnread', message: 'forbidden' } });
    expect(await bench.problem()).toBe('PoliciesUnread: forbidden');
  });

  it('says what does not mend itself before what does', async () => {
    const bench = new Bench();
    bench.change('guard', { changedAtMs: nowMs });
    bench.change('stamp', { spec: { matchConstraints: {}, failurePolicy: 'Ignore' } });
    expect(await bench.problem()).toMatch(
      /^PoliciesChanged: MutatingAdmissionPolicy stamp .*; ValidatingAdmissionPolicy guard was changed/,
    );
  });

  it('reads nothing where nothing is expected', async () => {
    const problem = { reason: 'PoliciesUnread' as const, message: 'no folder' };
    const port = { read: () => Promise.reject(new Error('asked')) };
    const policies = new DecisionPolicies({
      expected: { problem },
      port,
      clock: () => new Date(),
      changed: () => undefined,
    });
    expect(await policies.fresh()).toEqual({ problem });
  });
});
