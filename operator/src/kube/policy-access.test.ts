import { describe, expect, it } from 'vitest';
import { ManualClock } from '../testing/manual-clock.ts';
import { type ApiErrorDetails, Forbidden, NotFound, ServerError, TooManyRequests } from './api-error.ts';
import { PolicyAccess } from './policy-access.ts';

const details: ApiErrorDetails = { target: { verb: 'get', resource: 'x' }, code: 404, reason: 'NotFound', said: 'no' };
const served = JSON.stringify({ resources: [{ name: 'mutatingadmissionpolicies', kind: 'MutatingAdmissionPolicy' }] });

function access(answer: object, discovery = served) {
  const asked: string[] = [];
  const client = {
    get: ({ plural }: { readonly plural: string }, { name }: { readonly name: string }) => {
      asked.push(`${plural}/${name}`);
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    },
    getText: (path: string) => Promise.resolve((asked.push(path), discovery)),
  };
  return { asked, policies: new PolicyAccess(client as never) };
}

const validating = { kind: 'ValidatingAdmissionPolicy', name: 'guard' } as const;
const mutating = { kind: 'MutatingAdmissionPolicy', name: 'guard' } as const;

describe('PolicyAccess', () => {
  it('reads what tells one policy from another, and what was made of it', async () => {
    const { asked, policies } = access({
      metadata: {
        ...{ name: 'guard', uid: 'u', generation: 3, creationTimestamp: '2026-01-05T08:00:00Z' },
        managedFields: [{ time: '2026-01-05T09:00:00Z' }],
      },
      spec: { failurePolicy: 'Fail' },
      status: { typeChecking: { expressionWarnings: [{ fieldRef: 'x', warning: 'undefined field' }] } },
    });
    expect(await policies.read(validating)).toEqual({
      found: {
        ...validating,
        ...{ uid: 'u', generation: 3, spec: { failurePolicy: 'Fail' }, isBeingDeleted: false },
        changedAtMs: Date.parse('2026-01-05T09:00:00Z'),
        typeWarnings: ['undefined field'],
      },
    });
    expect(asked).toEqual(['validatingadmissionpolicies/guard']);
  });

  it('sees that one is being deleted', async () => {
    const { policies } = access({ metadata: { name: 'guard', deletionTimestamp: '2026-01-05T09:00:00Z' } });
    expect(await policies.read(validating)).toMatchObject({ found: { isBeingDeleted: true, spec: {}, generation: 0 } });
  });

  it('tells a policy that is missing from a kind that the cluster does not serve', async () => {
    const gone = new NotFound(details);
    expect(await access(gone).policies.read(mutating)).toBe('missing');
    expect(await access(gone, '{"resources":[]}').policies.read(mutating)).toBe('not-served');
    const { asked, policies } = access(gone, '{"resources":[]}');
    expect(await policies.read(validating)).toBe('missing');
    expect(asked).toEqual(['validatingadmissionpolicies/guard']);
  });

  it('says what it may not read, and throws when the server cannot be asked', async () => {
    const { policies } = access(new Forbidden({ ...details, code: 403, said: 'no right' }));
    expect(await policies.read(validating)).toMatchObject({
      problem: { reason: 'PoliciesUnread', message: expect.stringContaining('no right') as string },
    });
    await expect(access(new ServerError(details)).policies.read(validating)).rejects.toThrow(ServerError);
  });

  it('asks for nothing by a name that none can have', async () => {
    const { asked, policies } = access({});
    expect(await policies.read({ ...validating, name: '../x' })).toBe('missing');
    expect(asked).toEqual([]);
  });

  it('asks again when the server wants to be asked later, for both of what it needs', async () => {
    const clock = new ManualClock();
    const { policies, asked } = shedding(2, clock);
    const reading = policies.read(mutating);
    await clock.advance(4_000);
    expect(await reading).toBe('missing');
    expect(asked).toEqual(['get', 'get', 'get', 'text', 'text', 'text']);
  });

  it('gives up on a server that sheds all it is asked, before those who wait are forgotten', async () => {
    const clock = new ManualClock();
    const { policies, asked } = shedding(Infinity, clock);
    const reading = expect(policies.read(validating)).rejects.toThrow(TooManyRequests);
    await clock.advance(10_000);
    await reading;
    expect(asked).toHaveLength(11);
  });
});

/** A server that asks to come back after a second, so often for each kind of request, and then has nothing. */
function shedding(times: number, clock: ManualClock) {
  const asked: string[] = [];
  const answer = <T>(what: string, last: () => T): Promise<T> => {
    asked.push(what);
    const isShed = asked.filter((each) => each === what).length <= times;
    if (isShed) return Promise.reject(new TooManyRequests({ ...details, code: 429, retryAfterMs: 1_000 }));
    return Promise.resolve().then(last);
  };
  const gone = (): never => {
    throw new NotFound(details);
  };
  const client = { get: () => answer('get', gone), getText: () => answer('text', () => served) };
  return { asked, policies: new PolicyAccess(client as never, clock) };
}
