/** Leader election between processes on the real API server. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { leases } from '../src/kube/lease.ts';
import type { KubeObject, ResourceType } from '../src/kube/resource-type.ts';
import { createTestNamespace, testKubeconfig, type TestNamespace } from './test-cluster.ts';

interface ConfigMap extends KubeObject {
  readonly data?: { readonly by: string };
}
const configMaps: ResourceType<ConfigMap> = {
  ...{ group: '', version: 'v1', kind: 'ConfigMap', plural: 'configmaps', namespaced: true },
};
const program = fileURLToPath(new URL('candidate-program.ts', import.meta.url));
const defaults = [15_000, 10_000, 2_000];
/** A third of the defaults. */
const short = [5_000, 3_300, 650];

let test: TestNamespace;
let running: Candidate[];
beforeEach(async () => {
  test = await createTestNamespace('leader');
  running = [];
  const metadata = { namespace: test.namespace, name: 'written' };
  await test.client.create(configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { by: 'nobody' } });
});
afterEach(async () => {
  for (const { child } of running) child.kill('SIGKILL');
  await test.remove();
});

class Candidate {
  readonly words: string[] = [];
  readonly child: ChildProcess;

  constructor(identity: string, durations: readonly number[]) {
    const args = [program, testKubeconfig(), test.namespace, identity, ...durations.map(String)];
    this.child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    if (this.child.stdout === null) throw new Error('the output is not piped');
    createInterface(this.child.stdout).on('line', (word) => this.words.push(word));
    running.push(this);
  }

  /** Resolves when it has said `word`, with the time that took in milliseconds. */
  async hasSaid(word: string, withinMs = 30_000): Promise<number> {
    const start = performance.now();
    await expect.poll(() => this.words, { timeout: withinMs, interval: 10 }).toContain(word);
    return performance.now() - start;
  }
}

/** `a` leads and writes, `b` waits. */
async function startTwo(durations: readonly number[]): Promise<[Candidate, Candidate]> {
  const a = new Candidate('a', durations);
  await a.hasSaid('written');
  const b = new Candidate('b', durations);
  // Until it has seen the Lease, its patience does not begin.
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  expect([a.words, b.words]).toEqual([['started', 'written'], []]);
  return [a, b];
}

describe('leader election between processes', () => {
  it('replaces a leader that was killed, once its Lease has run out: 15 seconds by the defaults, here a third of that', async () => {
    const [a, b] = await startTwo(short);
    a.child.kill('SIGKILL');
    const tookMs = await b.hasSaid('started');
    expect(tookMs).toBeGreaterThan(4_000);
    // At most 6 s on a machine that has nothing else to do.
    expect(tookMs).toBeLessThanOrEqual(15_000);
    const lease = await test.client.get(leases, { namespace: test.namespace, name: 'candidates' });
    expect(lease.spec).toMatchObject({ holderIdentity: 'b', leaseTransitions: 1, leaseDurationSeconds: 5 });
  });

  it('hands over at once, before its Lease has run out', async () => {
    const [a, b] = await startTwo(defaults);
    a.child.kill('SIGTERM');
    // Less than 2 s on a machine that has nothing else to do; a Lease by the defaults runs out after 15.
    expect(await b.hasSaid('started')).toBeLessThanOrEqual(11_000);
    expect(a.words).toEqual(['started', 'written', 'stopped']);
  });

  it('lets no write of a leader through that was frozen until another led', async () => {
    const [a, b] = await startTwo(short);
    a.child.kill('SIGSTOP');
    await b.hasSaid('written');
    const { metadata } = await test.client.get(configMaps, { namespace: test.namespace, name: 'written' });
    const resourceVersion = metadata.resourceVersion ?? '';
    const watch = await test.client.watch(configMaps, { namespace: test.namespace, resourceVersion });
    a.child.kill('SIGCONT');
    const done = setTimeout(() => {
      watch.close();
    }, 3_000);
    const writers = new Set<string | undefined>();
    for await (const line of watch.lines) writers.add((JSON.parse(line) as { object: ConfigMap }).object.data?.by);
    clearTimeout(done);
    expect([...writers].filter((writer) => writer === 'a')).toEqual([]);
    await a.hasSaid('lost');
    expect((await test.client.get(configMaps, { namespace: test.namespace, name: 'written' })).data?.by).toBe('b');
  });
});
