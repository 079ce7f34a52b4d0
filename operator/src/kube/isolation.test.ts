import { describe, expect, it } from 'vitest';
import { ManualClock, settled } from '../testing/manual-clock.ts';
import { Forbidden, Unreachable } from './api-error.ts';
import { Isolation } from './isolation.ts';

const target = { verb: 'apply', resource: 'networkpolicies', name: 'p' } as const;
const forbidden = new Forbidden({ target, code: 403, reason: 'Forbidden', said: 'no right to do that' });

/** An isolation, what it applied, and what the next applications answer. */
function anIsolation() {
  const clock = new ManualClock();
  const applied: object[] = [];
  const answers: Error[] = [];
  const client = {
    apply: (_type: object, object: object) => {
      applied.push(object);
      const answer = answers.shift();
      return answer === undefined ? Promise.resolve(object) : Promise.reject(answer);
    },
  };
  const isolation = new Isolation({ client: client as never, clock, render: (namespace) => ({ namespace }) });
  return { clock, applied, answers, isolation };
}

describe('Isolation', () => {
  it('puts the policy into each namespace once, also when many ask at the same time', async () => {
    const { isolation, applied } = anIsolation();
    await Promise.all(['a', 'b', 'a', 'a'].map((namespace) => isolation.ensure(namespace)));
    await isolation.ensure('b');
    expect(applied).toEqual([{ namespace: 'a' }, { namespace: 'b' }]);
  });

  it('puts it there again after five minutes: somebody may have removed it', async () => {
    const { isolation, applied, clock } = anIsolation();
    await isolation.ensure('a');
    await clock.advance(299_000);
    await isolation.ensure('a');
    expect(applied).toHaveLength(1);
    await clock.advance(1_000);
    await isolation.ensure('a');
    expect(applied).toHaveLength(2);
  });

  it('says why it is not let in, and asks again the next time', async () => {
    const { isolation, applied, answers } = anIsolation();
    answers.push(forbidden);
    expect(await isolation.ensure('a')).toBe('no right to do that');
    await settled();
    expect(await isolation.ensure('a')).toBeUndefined();
    expect(applied).toHaveLength(2);
  });

  it('fails when there is no answer, and asks again the next time', async () => {
    const { isolation, applied, answers } = anIsolation();
    answers.push(new Unreachable({ target, code: 0, reason: '', said: 'no answer', mayHaveTakenEffect: true }));
    await expect(isolation.ensure('a')).rejects.toBeInstanceOf(Unreachable);
    await settled();
    expect(await isolation.ensure('a')).toBeUndefined();
    expect(applied).toHaveLength(2);
  });
});
