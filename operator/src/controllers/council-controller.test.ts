import { describe, expect, it } from 'vitest';
import type { Council, CouncilStatus } from '../api/council.ts';
import { apiVersion } from '../api/kind.ts';
import type { WorkItem } from '../api/work-item.ts';
import { Unavailable } from '../core/reconcile-error.ts';
import { ArtifactGone } from '../core/records/artifact-gone.ts';
import type { Finding, Verdict } from '../core/validation/verdict.ts';
import { type CouncilControllerParts, reconcileCouncil } from './council-controller.ts';

const now = new Date('2026-01-05T09:00:00Z');
const mistake: Finding = {
  code: 'RoleNotFound',
  level: 2,
  path: 'spec.roleRef.name',
  message: "there is no AgentRole 'x'",
};
const verdictOf = (...errors: Finding[]): Verdict => ({
  valid: errors.length === 0,
  ...{ errors, warnings: [], notes: [], estimates: [] },
});
const digestOf = (index: number) => `sha256:${String(index).padStart(64, '0')}`;

const aResult = (winner: string) => ({
  ...{ apiVersion, kind: 'Result', outcome: 'succeeded' },
  ...{ startedAt: '2026-01-05T08:00:00Z', finishedAt: '2026-01-05T08:01:00Z', usage: { promptTokens: 7 } },
  deliberation: {
    ...{ winner, reason: 'HighestScore', agreement: 1, rounds: 1, seed: 1, scores: [] },
    ranking: [{ member: winner, score: 9, proposalDigest: digestOf(0) }],
  },
});

function aWorkItem(deliberations: number): WorkItem {
  const transitions = [...Array(deliberations).keys()].map((index) => ({
    ...{ sequence: index + 1, event: 'deliberation.completed', subject: `s${index}`, council: 'board', attempt: 1 },
    ...{ actor: { kind: 'system' as const, name: 'operator' }, resultDigest: digestOf(index) },
    at: new Date(Date.UTC(2026, 0, 5, 8, index)).toISOString(),
  }));
  const head = {
    apiVersion,
    kind: 'WorkItem',
    metadata: { name: 'w', namespace: 'ns', uid: 'u' },
  };
  return { ...head, spec: {}, status: { transitions } };
}

/** A cluster in memory whose cache lags by some writes. */
function aCluster(deliberations: number, more: Partial<CouncilControllerParts> = {}) {
  const first: Council = {
    ...{
      apiVersion,
      kind: 'Council',
      metadata: { name: 'board', namespace: 'ns', generation: 3 },
    },
    spec: { roleRef: { name: 'x' }, strategy: 'peer_review', isolation: 'shared' },
  };
  const versions: Council[] = [first];
  const lost: string[] = [];
  let lag = 0;
  const reconcile = reconcileCouncil({
    cluster: {
      observe: () => versions[Math.max(0, versions.length - 1 - lag)],
      workItemsOf: () => [aWorkItem(deliberations)],
      replaceStatus: (council, status) => {
        if (council !== versions.at(-1)) return Promise.reject(new Error('conflict'));
        versions.push({ ...council, status });
        return Promise.resolve();
      },
    },
    judge: () => verdictOf(),
    read: () => Promise.resolve(aResult('a')),
    lost: (_council, { step }) => lost.push(step),
    clock: () => now,
    ...more,
  });
  const status = (): CouncilStatus => versions.at(-1)?.status ?? {};
  return { reconcile, status, versions, lost, setLag: (next: number) => (lag = next) };
}

describe('reconcileCouncil', () => {
  it('says whether all that the Council names is there', async () => {
    const { reconcile, status } = aCluster(0, { judge: () => verdictOf(mistake) });
    await reconcile('ns/board');
    const message = "spec.roleRef.name: there is no AgentRole 'x'";
    const condition = { type: 'Ready', status: 'False', reason: 'ReferencesInvalid', message, observedGeneration: 3 };
    expect(status()).toMatchObject({ observedGeneration: 3, conditions: [condition] });
  });

  it('counts each deliberation once, a part of them in each turn, and then writes no more', async () => {
    const { reconcile, status, versions } = aCluster(40);
    await reconcile('ns/board');
    expect(status().deliberations).toBe(32);
    for (let turn = 0; turn < 3; turn += 1) await reconcile('ns/board');
    expect(status()).toMatchObject({ deliberations: 40, totalTokens: 280, members: [{ name: 'a', wins: 40 }] });
    expect(versions).toHaveLength(3);
  });

  it('counts nothing twice by a cache that lags behind', async () => {
    const { reconcile, status, setLag } = aCluster(5);
    await reconcile('ns/board');
    setLag(1);
    await expect(reconcile('ns/board')).rejects.toThrow('conflict');
    setLag(0);
    await reconcile('ns/board');
    expect(status().deliberations).toBe(5);
  });

  it('goes on without those whose result is gone or is no result, and says so', async () => {
    const read: CouncilControllerParts['read'] = (_workItem, digest) => {
      if (digest === digestOf(0)) return Promise.reject(new ArtifactGone(digest));
      return Promise.resolve(digest === digestOf(1) ? { kind: 'Result', deliberation: 'mine' } : aResult('b'));
    };
    const { reconcile, status, lost } = aCluster(3, { read });
    await reconcile('ns/board');
    expect(status()).toMatchObject({ deliberations: 1, recent: [{ step: 's0' }, { step: 's1' }, { step: 's2' }] });
    expect(lost).toEqual(['s0', 's1']);
  });

  it('counts nothing while the store is away, and tries again', async () => {
    let isAway = true;
    const read = () =>
      isAway ? Promise.reject(new Unavailable('artifact store', 'away')) : Promise.resolve(aResult('a'));
    const { reconcile, status } = aCluster(2, { read });
    await expect(reconcile('ns/board')).rejects.toThrow(Unavailable);
    expect(status()).toMatchObject({ conditions: [{ type: 'Ready', status: 'True' }] });
    expect(status()).not.toHaveProperty('deliberations');
    isAway = false;
    await reconcile('ns/board');
    expect(status().deliberations).toBe(2);
  });

  it('counts those before the first that cannot be read, and takes what is no JSON for lost', async () => {
    const read: CouncilControllerParts['read'] = (_workItem, digest) => {
      if (digest === digestOf(0)) return Promise.reject(new SyntaxError('no JSON'));
      return digest === digestOf(2) ? Promise.reject(new Unavailable('store', 'away')) : Promise.resolve(aResult('b'));
    };
    const { reconcile, status, lost } = aCluster(4, { read });
    await expect(reconcile('ns/board')).rejects.toThrow(Unavailable);
    expect(status()).toMatchObject({ deliberations: 1, recent: [{ step: 's0' }, { step: 's1' }] });
    expect(lost).toEqual(['s0']);
  });

  it('leaves a Council alone that is gone or goes', async () => {
    const { reconcile, versions } = aCluster(1, { judge: () => expect.unreachable() });
    versions[0] = {
      ...versions[0]!,
      metadata: { ...versions[0]!.metadata, deletionTimestamp: '2026-01-05T08:00:00Z' },
    };
    await reconcile('ns/board');
    versions.length = 0;
    await reconcile('ns/board');
    expect(versions).toEqual([]);
  });
});
