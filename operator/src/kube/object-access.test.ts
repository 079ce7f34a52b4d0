import { describe, expect, it } from 'vitest';
import { NotFound, Unreachable } from './api-error.ts';
import { KubeconfigError } from './kubeconfig.ts';
import { ObjectAccess, type ObjectAccessClient } from './object-access.ts';

const reference = { apiVersion: 'batch/v1', kind: 'Job', namespace: 'team-a', name: 'load' };
const never = new AbortController().signal;
const target = { verb: 'get', resource: 'jobs.batch' };
const job = { name: 'jobs', kind: 'Job', namespaced: true };

/** A client that serves Jobs, and whose every other call fails with `error`. */
function aClient(error: Error) {
  const asked: string[] = [];
  const fail = () => Promise.reject(error);
  const client: ObjectAccessClient = {
    getText: (path) => {
      asked.push(path);
      return Promise.resolve(JSON.stringify({ resources: [job] }));
    },
    ...{ get: fail, create: fail, update: fail, delete: fail, listPage: fail },
  };
  return { access: new ObjectAccess(client), asked };
}

const lost = new Unreachable({ target, code: 0, reason: '', said: 'no answer', mayHaveTakenEffect: true });

describe('ObjectAccess', () => {
  it('gives as a value what the cluster objects to', async () => {
    const { access } = aClient(lost);
    const object = { ...reference, metadata: { namespace: 'team-a', name: 'load' } };
    const problem = { kind: 'unavailable', message: lost.message };
    expect(await access.get(reference, never)).toEqual({ problem });
    expect(await access.create(object, never)).toEqual({ problem });
    expect(await access.replace(object, never)).toEqual({ problem });
    expect(await access.remove(reference, 'uid', never)).toEqual(problem);
    expect(await access.podsOf('team-a', { a: 'b' }, never)).toEqual({ problem });
  });

  it('takes credentials that cannot be read now for a cluster that does not answer', async () => {
    const { access } = aClient(new KubeconfigError('the token file is empty'));
    expect(await access.get(reference, never)).toMatchObject({ problem: { kind: 'unavailable' } });
  });

  it('asks for the kinds of a group again once one of them has vanished', async () => {
    const said = 'the server could not find the requested resource';
    const { access, asked } = aClient(new NotFound({ target, code: 404, reason: 'NotFound', said }));
    expect(await access.get(reference, never)).toMatchObject({ problem: { kind: 'not-served' } });
    await access.get(reference, never);
    expect(asked).toEqual(['/apis/batch/v1', '/apis/batch/v1']);
  });

  it.each(['', '..', 'a/b', '%2e'])('asks for nothing by the name %j', async (name) => {
    const { access, asked } = aClient(lost);
    expect(await access.get({ ...reference, name }, never)).toMatchObject({ problem: { kind: 'invalid' } });
    expect(asked).toEqual([]);
  });

  it('throws when it is aborted, and for mistakes of our own', async () => {
    const aborted = AbortSignal.abort(new Error('stopped'));
    await expect(aClient(lost).access.get(reference, aborted)).rejects.toThrow('stopped');
    await expect(aClient(new RangeError('ours')).access.get(reference, never)).rejects.toThrow('ours');
  });
});
