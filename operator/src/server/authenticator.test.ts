import { describe, expect, it } from 'vitest';
import { Authenticator, type IdentityCluster } from './authenticator.ts';
import type { ReviewedUser } from './caller.ts';
import { RateLimiter } from './rate-limiter.ts';
import { Refusal } from './refusal.ts';

const account = 'system:serviceaccount:ns:default';
const bound = {
  'authentication.kubernetes.io/pod-name': ['p'],
  'authentication.kubernetes.io/pod-uid': ['pod-uid'],
};
const aUser = (username: string, extra: ReviewedUser['extra'] = {}): ReviewedUser => ({
  ...{ username, uid: undefined, groups: [], extra },
});

function anAuthenticator(
  cluster: Partial<IdentityCluster>,
  cacheMs = 1_000,
  admit: (address: string) => void = () => undefined,
) {
  const whole = {
    reviewToken: () => Promise.resolve(undefined),
    workItemOf: () => Promise.resolve(undefined),
    ...cluster,
  };
  return new Authenticator({ cluster: whole, operatorAccount: 'the-operator', cacheMs, admit });
}

describe('Authenticator', () => {
  it('takes a pod for the WorkItem of its label, when its token is for this server', async () => {
    const authenticator = anAuthenticator({
      reviewToken: (_, audience) => Promise.resolve(audience === undefined ? undefined : aUser(account, bound)),
      workItemOf: (pod) => Promise.resolve(pod.uid === 'pod-uid' && pod.namespace === 'ns' ? 'w' : undefined),
    });
    expect(await authenticator.authenticate('Bearer t', '')).toMatchObject({
      ...{ kind: 'pod', scope: { namespace: 'ns', workItem: 'w' } },
    });
  });

  it('takes it for a user when its token is for the API server', async () => {
    const authenticator = anAuthenticator({
      reviewToken: (_, audience) => Promise.resolve(audience === undefined ? aUser(account, bound) : undefined),
      workItemOf: () => Promise.resolve('w'),
    });
    expect(await authenticator.authenticate('Bearer t', '')).toMatchObject({ kind: 'user', namespace: 'ns' });
  });

  it('takes what a user says of pods for nothing: only service accounts are bound to them', async () => {
    const authenticator = anAuthenticator({
      reviewToken: () => Promise.resolve(aUser('mallory', bound)),
      workItemOf: () => Promise.resolve('w'),
    });
    expect(await authenticator.authenticate('Bearer t', '')).toMatchObject({ kind: 'user', namespace: undefined });
  });

  it('asks once for requests that come together, and again when the answer has become old', async () => {
    let asked = 0;
    const reviewToken = () => {
      asked += 1;
      return Promise.resolve(aUser('the-operator'));
    };
    const authenticator = anAuthenticator({ reviewToken }, 50);
    await Promise.all([1, 2, 3].map(() => authenticator.authenticate('Bearer t', '')));
    expect(asked).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 80));
    await authenticator.authenticate('Bearer t', '');
    expect(asked).toBe(2);
  });

  it('remembers bad tokens, but no failure of the cluster', async () => {
    let asked = 0;
    const bad = anAuthenticator({ reviewToken: () => Promise.resolve(void (asked += 1)) });
    for (let time = 0; time < 3; time += 1) await expect(bad.authenticate('Bearer t', '')).rejects.toThrow('not valid');
    expect(asked).toBe(2); // for each of the two audiences
    const broken = [new Error('down')];
    const reviewToken = () => {
      const error = broken.pop();
      return error === undefined ? Promise.resolve(aUser('the-operator')) : Promise.reject(error);
    };
    const recovering = anAuthenticator({ reviewToken });
    await expect(recovering.authenticate('Bearer t', '')).rejects.toMatchObject({ details: { status: 503 } });
    expect(await recovering.authenticate('Bearer t', '')).toMatchObject({ kind: 'operator' });
  });

  it('does not ask the cluster more than is admitted', async () => {
    const limiter = new RateLimiter({ perSecond: 1, burst: 2 }, () => 0);
    const authenticator = anAuthenticator({}, 1_000, (address) => limiter.take(address));
    const codes = await Promise.all(
      ['a', 'b', 'c', 'c'].map((token) =>
        authenticator
          .authenticate(`Bearer ${token}`, 'address')
          .catch((error: unknown) => (error as Refusal).details.status),
      ),
    );
    expect(codes).toEqual([401, 401, 429, 429]);
  });

  it.each([undefined, '', 'Basic abc', 'Bearer ', 'Bearer a b', `Bearer ${'x'.repeat(20_000)}`])(
    'needs a bearer token: %s',
    async (header) => {
      await expect(anAuthenticator({}).authenticate(header, '')).rejects.toMatchObject({ details: { status: 401 } });
    },
  );
});

describe('RateLimiter', () => {
  it('lets a burst pass, then so many a second, each caller for itself', () => {
    let now = 0;
    const limiter = new RateLimiter({ perSecond: 2, burst: 3 }, () => now);
    const passes = (caller: string) => {
      try {
        limiter.take(caller);
        return true;
      } catch (error) {
        return error instanceof Refusal ? error.details.retryAfterSeconds : error;
      }
    };
    expect([1, 2, 3, 4].map(() => passes('a'))).toEqual([true, true, true, 1]);
    expect(passes('b')).toBe(true);
    now = 1_000;
    expect([1, 2, 3].map(() => passes('a'))).toEqual([true, true, 1]);
  });
});
