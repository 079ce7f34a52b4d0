import { describe, expect, it } from 'vitest';
import { whyNotReady, type ReadinessFacts } from './readiness.ts';

const pipelines = { resource: 'pipelines.conclave.dev', synced: true, objects: 3, silentMs: 1_000 };
const facts = (overrides: Partial<ReadinessFacts> = {}): ReadinessFacts => ({
  stopping: false,
  caches: [pipelines],
  namespaces: [],
  unansweredMs: 500,
  leaseUnansweredMs: 1_000,
  ...overrides,
});

describe('whyNotReady', () => {
  it('has nothing to say when the caches are full and the server answers', () => {
    expect(whyNotReady(facts())).toEqual([]);
  });

  it('names a cache that has not been filled', () => {
    expect(
      whyNotReady(facts({ caches: [pipelines, { ...pipelines, resource: 'models.conclave.dev', synced: false }] })),
    ).toEqual(['the cache of models.conclave.dev has not been filled yet']);
  });

  it('says first that the server does not answer', () => {
    expect(whyNotReady(facts({ unansweredMs: 20_400, caches: [{ ...pipelines, silentMs: 300_000 }] }))).toEqual([
      'the API server has not answered for 20 s',
      'nothing was heard of pipelines.conclave.dev for 300 s',
    ]);
  });

  it('is ready while one of several namespaces may be read, and not when none may, saying so alone', () => {
    const caches = [{ ...pipelines, synced: false }];
    const team = { namespace: 'team', refused: true };
    const lab = { namespace: 'lab', refused: true };
    expect(whyNotReady(facts({ namespaces: [team, { ...lab, refused: false }] }))).toEqual([]);
    expect(whyNotReady(facts({ caches, namespaces: [team, lab] }))).toEqual([
      'none of the watched namespaces may be read (team, lab); the log says why',
    ]);
  });

  it('is not ready when it could never lead', () => {
    expect(whyNotReady(facts({ leaseUnansweredMs: 60_000 }))).toEqual([
      'the Lease could not be read or written for 60 s; the log says why',
    ]);
  });

  it('is not ready while it stops', () => {
    expect(whyNotReady(facts({ stopping: true }))).toEqual(['the operator is stopping']);
  });
});
