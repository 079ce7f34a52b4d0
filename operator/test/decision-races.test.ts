/** Decisions while the operator dies, and while what they are about changes: each counts once, on what was asked, or never. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WorkItem } from '../src/api/work-item.ts';
import { parseDecisionValue } from '../src/core/decision/decision-value.ts';
import { withoutExcerpts } from '../src/core/work-item/gate-excerpts.ts';
import { Conflict, Forbidden, Invalid } from '../src/kube/api-error.ts';
import { AskingWorld, digestOf, isAsking, slotKey } from './asking-world.ts';
import { aStep } from './engine-sample.ts';
import { gateOf } from './gate-history.ts';
import { until } from './work-items.ts';

let here: AskingWorld;

beforeAll(async () => {
  here = await AskingWorld.start();
});

afterAll(() => here.stop());

/** That each approval which a WorkItem ever had was on what it asked when it was used, and that nothing was taken back. */
function expectSound(name: string, approvers: readonly string[]): void {
  const versions = here.history.of(name);
  for (const [index, version] of versions.entries()) {
    const gate = gateOf(version);
    const before = versions[index - 1];
    if (gate?.round !== gateOf(before)?.round) expect(gate?.digest).not.toBe(gateOf(before)?.digest);
    const known = gateOf(before)?.decisions ?? [];
    const isKnown = (slot: string, digest: string) => known.some((one) => one.slot === slot && one.digest === digest);
    for (const { slot, digest } of gate?.decisions ?? []) {
      if (isKnown(slot, digest)) continue;
      // What was asked when it was used, and by a plan that had seen the spec.
      expect(digest).toBe(gateOf(before)?.digest);
      expect(before?.status?.observedGeneration).toBe(before?.metadata.generation);
    }
    if (gate?.state !== 'Approved') continue;
    const used = gate.decisions?.filter(({ digest }) => digest === gate.digest);
    expect(used?.map(({ user, decision }) => `${user} ${decision}`).sort()).toEqual(
      approvers.map((user) => `${user} approved`),
    );
    const decided = gateOf(before);
    if (decided?.state !== 'Approved') continue;
    // What it showed makes room once nobody needs it any more.
    expect(withoutExcerpts(gate)).toEqual(withoutExcerpts(decided));
  }
}

/** When an operator dies while two people approve. */
const deaths: Readonly<Record<string, (names: readonly string[]) => Promise<unknown>>> = {
  'before anybody approves': async (names) => {
    await here.crash();
    await approveAll(names);
  },
  'as soon as the approvals are written': async (names) => {
    await approveAll(names);
    await here.crash();
  },
  'as soon as one of them is recorded': async (names) => {
    const isRecorded = (item: WorkItem) => gateOf(item)?.decisions?.length === 1;
    const first = Promise.any(names.map((name) => here.history.when(name, 'has recorded it', isRecorded)));
    await Promise.all([byBob(names), first.then(() => here.crash())]);
    await byCarol(names);
  },
};

const byBob = (names: readonly string[]) => Promise.all(names.map((name) => here.approves(here.bob, name)));
const byCarol = (names: readonly string[]) => Promise.all(names.map((name) => here.approves(here.carol, name, 2)));
const approveAll = (names: readonly string[]) => Promise.all([byBob(names), byCarol(names)]);

const lives = 2;
const itemsPerLife = 6;

describe('an operator that dies', () => {
  it.each(Object.entries(deaths))('%s: each is approved once, and goes on once', async (when, die) => {
    const last = aStep('publish', { placement: here.world.engine.node.placement });
    for (let life = 0; life < lives; life += 1) {
      const of = `dies-${Object.keys(deaths).indexOf(when)}-${life}`;
      const names = Array.from({ length: itemsPerLife }, (_, index) => `${of}-${index}`);
      await Promise.all(names.map((name) => here.anAsking(name, { last, count: 2 })));
      await die(names);
      here.restart();
      const ended = await Promise.all(names.map((name) => here.succeeds(name)));
      for (const name of names) expectSound(name, ['bob', 'carol']);
      for (const item of ended) {
        expect(gateOf(item)).toMatchObject({ state: 'Approved', round: 1 });
        expect(gateOf(item)?.decisions).toHaveLength(2);
        expect(attemptsOf(item)).toBe(1);
      }
    }
    const made = [...here.world.engine.node.jobUids].filter(([key]) => key.startsWith(`${here.world.namespace}/`));
    expect(made.filter(([, uids]) => uids.size !== 1)).toEqual([]);
    here.expectOperatorIsWell();
  });
});

const attemptsOf = ({ status }: WorkItem) => status?.steps?.find(({ path }) => path === 'publish')?.attempts?.length;

const rounds = 100;
const lanes = 8;

/** Whether a decision was written; else the API server refused it, or somebody was faster. */
async function writes(decision: Promise<WorkItem>): Promise<WorkItem | undefined> {
  return decision.catch((error: unknown) => {
    if (error instanceof Forbidden || error instanceof Invalid || error instanceof Conflict) return undefined;
    throw error;
  });
}

/** What bob's approval in an answer of the API server is on. */
function approvedDigest({ metadata }: WorkItem): string {
  const parsed = parseDecisionValue('approval', metadata.annotations?.[slotKey()] ?? '');
  if ('problem' in parsed) throw new Error(parsed.problem);
  return parsed.value.digest;
}

/** Somebody approves while somebody else changes the spec, or rejects, so that it is asked anew. */
async function race(round: number): Promise<'counted' | 'refused' | 'void'> {
  const name = `race-${round}`;
  const first = digestOf(await here.anAsking(name));
  const approved = new Set<string>();
  const approve = async (text: string): Promise<void> => {
    const answer = await writes(here.annotates(here.bob, name, { [slotKey()]: text }));
    if (answer !== undefined) approved.add(approvedDigest(answer));
  };
  const shown = (digest: string) => `approved ${digest.slice('sha256:'.length, 'sha256:'.length + 8)}`;
  const isEdit = round % 4 < 2;
  const disturb = () =>
    isEdit
      ? here.work.change(name, { slaSeconds: 3600 + round, priority: round })
      : writes(here.annotates(here.carol, name, { [slotKey(2)]: 'rejected: not yet' }));
  // The operator takes longer to use an approval than to look at a change.
  const latestMs = isEdit ? 16 : 150;
  await Promise.all([
    sleep(((round * 7) % 5) * 4).then(() => approve(round % 2 === 0 ? 'approved' : shown(first))),
    sleep((((round * 3) % 7) / 6) * latestMs).then(disturb),
  ]);
  const wasWritten = approved.has(first);
  await until(`${name} is approved`, async () => {
    const item = here.history.latest(name);
    if (item?.status?.phase === 'Succeeded') return true;
    // What bob approved has to count by itself as long as it is still what is asked.
    if (item !== undefined && isAsking(item) && !approved.has(digestOf(item))) await approve(shown(digestOf(item)));
    return false;
  });
  const gate = gateOf(here.history.latest(name));
  expect(gate?.state).toBe('Approved');
  expect(approved).toContain(gate?.digest);
  expectSound(name, ['bob']);
  if (!wasWritten) return 'refused';
  return gate?.digest === first ? 'counted' : 'void';
}

describe('approving while what is approved changes', () => {
  it('counts for what was asked, or not at all, a hundred times', async () => {
    const ends: string[] = [];
    let next = 0;
    const lane = async (): Promise<void> => {
      while (next < rounds) ends.push(await race(next++));
    };
    await Promise.all(Array.from({ length: lanes }, lane));
    const count = (end: string) => ends.filter((each) => each === end).length;
    process.stdout.write(`counted ${count('counted')}, refused ${count('refused')}, void ${count('void')}\n`);
    expect(ends).toHaveLength(rounds);
    // Else nothing was raced.
    expect(count('counted')).toBeGreaterThan(0);
    expect(count('refused')).toBeGreaterThan(0);
    expect(count('void')).toBeGreaterThan(0);
    here.expectOperatorIsWell();
  });
});
