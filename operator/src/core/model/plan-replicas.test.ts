import { describe, expect, it } from 'vitest';
import { boundsOf, isElastic, planLastRequest, planReplicas, type ReplicasInput } from './plan-replicas.ts';

const now = new Date('2026-11-28T12:00:00Z');
const ago = (seconds: number) => new Date(now.getTime() - seconds * 1000).toISOString();

interface Case {
  readonly bounds?: NonNullable<ReplicasInput['dedicated']['replicas']>;
  readonly users?: number;
  readonly idleFor?: number;
  readonly current?: number;
}

function plan({ bounds = { min: 0, max: 4 }, users = 0, idleFor, current = 0 }: Case) {
  const dedicated = { replicas: bounds, idleSeconds: 60 };
  const use = { users, lastRequestTime: idleFor === undefined ? undefined : ago(idleFor) };
  return planReplicas({ dedicated, requestsEach: 10, use, current, now });
}

describe('the number of pods', () => {
  const cases: Record<string, readonly [Case, number]> = {
    'is none while nobody has needed it yet': [{}, 0],
    'is one for the first that waits': [{ users: 1 }, 1],
    'is what those need that ask it': [{ users: 21 }, 3],
    'is its most at most': [{ users: 1000 }, 4],
    'is its least at least': [{ bounds: { min: 2, max: 4 }, users: 1 }, 2],
    'does not fall while it is used': [{ users: 1, current: 3 }, 3],
    'stays while it has been idle for a moment only': [{ idleFor: 59, current: 3 }, 3],
    'falls when it has been idle for long enough': [{ idleFor: 60, current: 3 }, 0],
    'falls to its least': [{ bounds: { min: 1, max: 4 }, idleFor: 60, current: 3 }, 1],
    'follows bounds that were lowered': [{ bounds: { min: 0, max: 2 }, users: 40, current: 4 }, 2],
    'is one where nothing is said': [{ bounds: {} }, 1],
  };

  it.each(Object.entries(cases))('%s', (_, [input, replicas]) => {
    expect(plan(input).replicas).toBe(replicas);
  });

  it('says when it may fall', () => {
    expect(plan({ idleFor: 45, current: 1 })).toEqual({ replicas: 1, idleInMs: 15_000 });
    expect(plan({ users: 1, current: 1 })).toEqual({ replicas: 1 });
  });

  it('depends on its use only between two bounds', () => {
    expect(isElastic({ replicas: { min: 0 } })).toBe(true);
    expect(isElastic({ replicas: { min: 2, max: 2 } })).toBe(false);
    expect(boundsOf({ replicas: { min: 3, max: 1 } })).toEqual({ min: 3, max: 3 });
  });
});

describe('the time of the last request', () => {
  const at = { users: 0, lastUse: now, recorded: undefined };
  it('is that of the last use once nobody needs it any more, until that is recorded', () => {
    expect(planLastRequest({ ...at, recorded: ago(5) })).toBe(now.toISOString());
    expect(planLastRequest({ ...at, recorded: now.toISOString() })).toBe(now.toISOString());
    expect(planLastRequest({ ...at, lastUse: new Date(ago(9)), recorded: ago(5) })).toBe(ago(5));
  });

  it('is written once a minute while it is needed, and never when it was not', () => {
    expect(planLastRequest({ ...at, users: 1 })).toBe(now.toISOString());
    expect(planLastRequest({ ...at, users: 1, recorded: ago(59) })).toBe(ago(59));
    expect(planLastRequest({ ...at, users: 1, recorded: ago(60) })).toBe(now.toISOString());
    expect(planLastRequest({ ...at, lastUse: undefined, recorded: ago(5000) })).toBe(ago(5000));
  });
});
