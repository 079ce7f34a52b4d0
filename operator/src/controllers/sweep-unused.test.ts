import { describe, expect, it } from 'vitest';
import { type KeptRevision, type KeptScope, type SweepPort, UnusedSweep } from './sweep-unused.ts';

const now = new Date('2026-01-05T12:00:00Z');

const aRevision = (name: string, createdAt = '2026-01-05T08:00:00Z'): KeptRevision => ({
  ...{ namespace: 'ns', name, uid: `uid-${name}`, resourceVersion: '1', createdAt },
});

/** What is kept, what is in use, and what was removed and forgotten. */
class Kept implements SweepPort {
  readonly inUse = new Set<string>();
  readonly workItems = new Set<string>();
  readonly removed: string[] = [];
  readonly forgotten: string[] = [];
  readonly kept: readonly KeptRevision[];
  readonly owners: readonly KeptScope[];

  constructor(kept: readonly KeptRevision[], owners: readonly KeptScope[] = []) {
    this.kept = kept;
    this.owners = owners;
  }

  async *revisions() {
    yield* await Promise.resolve(this.kept);
  }
  async *scopes() {
    yield* await Promise.resolve(this.owners);
  }
  isWatched(namespace: string) {
    return namespace !== 'unwatched';
  }
  removeRevision({ name }: KeptRevision) {
    this.removed.push(name);
    return Promise.resolve();
  }
  removeScope({ workItem }: KeptScope) {
    this.removed.push(workItem);
    return Promise.resolve();
  }
  revisionsInUse() {
    return this.inUse;
  }
  hasWorkItem(uid: string) {
    return this.workItems.has(uid);
  }
  forget(_namespace: string, name: string) {
    this.forgotten.push(name);
  }
}

const sweepTwice = async (kept: Kept, between: () => void = () => undefined) => {
  const sweep = new UnusedSweep(kept, () => now);
  await sweep.run();
  between();
  await sweep.run();
};

describe('UnusedSweep', () => {
  it('removes a revision that two sweeps found unused, and lets nobody rely on it from the first on', async () => {
    const kept = new Kept([aRevision('old')]);
    const sweep = new UnusedSweep(kept, () => now);
    await sweep.run();
    expect(kept).toMatchObject({ removed: [], forgotten: ['old'] });
    await sweep.run();
    expect(kept.removed).toEqual(['old']);
  });

  it('spares a revision that a work item was pinned to in between', async () => {
    const kept = new Kept([aRevision('old')]);
    await sweepTwice(kept, () => kept.inUse.add('old'));
    expect(kept.removed).toEqual([]);
  });

  it('spares a young revision: the work item that it was kept for may not say so yet', async () => {
    const kept = new Kept([aRevision('young', '2026-01-05T11:30:00Z')]);
    await sweepTwice(kept);
    expect(kept).toMatchObject({ removed: [], forgotten: [] });
  });

  it('removes artifacts of work items that are gone, and no others', async () => {
    const kept = new Kept(
      [],
      [
        { namespace: 'ns', workItem: 'gone' },
        { namespace: 'ns', workItem: 'there' },
      ],
    );
    kept.workItems.add('there');
    await sweepTwice(kept);
    expect(kept.removed).toEqual(['gone']);
  });

  it('spares revisions of a namespace whose work items it does not know', async () => {
    const kept = new Kept([{ ...aRevision('old'), namespace: 'unwatched' }]);
    await sweepTwice(kept);
    expect(kept).toMatchObject({ removed: [], forgotten: [] });
  });

  it('spares artifacts of a namespace whose work items it does not know', async () => {
    const owners = ['unwatched', 'ns'].map((namespace) => ({ namespace, workItem: `of-${namespace}` }));
    const kept = new Kept([], owners);
    await sweepTwice(kept);
    expect(kept.removed).toEqual(['of-ns']);
  });
});
