import { describe, expect, it } from 'vitest';
import { Forbidden, ServerError } from './api-error.ts';
import { type KeptRevision, RevisionAccess } from './revision-access.ts';

const asked: string[] = [];
const client = {
  get: (_: unknown, { name }: { readonly name: string }) => {
    asked.push(name);
    return Promise.resolve({ data: 'content' });
  },
};
const access = new RevisionAccess(client as never);

describe('RevisionAccess', () => {
  it('reads the content of a revision', async () => {
    expect(await access.load('ns', 'p-1')).toBe('content');
    expect(asked.splice(0)).toEqual(['p-1']);
  });

  it.each(['../../../../api/v1/secrets', '..', 'a%2fb', ''])(
    'finds nothing by a name that none can have: %j',
    async (name) => {
      expect(await access.load('ns', name)).toBeUndefined();
      expect(asked).toEqual([]);
    },
  );

  it.each([
    ['of all namespaces by one list', undefined, [undefined]],
    ['of each namespace that is named', ['one', 'other'], ['one', 'other']],
  ])('lists those %s', async (_, namespaces, expected) => {
    const listed: unknown[] = [];
    const list = async function* (_type: unknown, { namespace }: { readonly namespace?: string }) {
      listed.push(namespace);
      yield await Promise.resolve({ metadata: { namespace: namespace ?? 'any', name: 'p-1' } });
    };
    const found: string[] = [];
    for await (const { namespace } of new RevisionAccess({ ...client, list } as never).list(namespaces))
      found.push(namespace);
    expect(listed).toEqual(expected);
    expect(found).toEqual(expected.map((namespace) => namespace ?? 'any'));
  });

  const details = { target: { verb: 'list', resource: 'controllerrevisions.apps' }, reason: '', said: 'no' };
  const listing = (errors: Readonly<Record<string, Error>>) => {
    const list = async function* (_type: unknown, { namespace = '' }: { readonly namespace?: string }) {
      if (errors[namespace] !== undefined) throw errors[namespace];
      yield await Promise.resolve({ metadata: { namespace, name: 'p-1' } });
    };
    return new RevisionAccess({ ...client, list } as never);
  };

  const namesOf = async (revisions: AsyncIterable<KeptRevision>) => {
    const names: string[] = [];
    for await (const { namespace, name } of revisions) names.push(`${namespace}/${name}`);
    return names;
  };

  it('passes over a namespace that may not be read, and no other failure', async () => {
    const refused = { one: new Forbidden({ ...details, code: 403 }) };
    expect(await namesOf(listing(refused).list(['one', 'other']))).toEqual(['other/p-1']);
    const broken = { one: new ServerError({ ...details, code: 500 }) };
    await expect(namesOf(listing(broken).list(['one', 'other']))).rejects.toThrow(ServerError);
  });

  it('says so when it may not read all namespaces as one', async () => {
    const refused = { '': new Forbidden({ ...details, code: 403 }) };
    await expect(namesOf(listing(refused).list())).rejects.toThrow(Forbidden);
  });
});
