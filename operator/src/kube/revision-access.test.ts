import { describe, expect, it } from 'vitest';
import { RevisionAccess } from './revision-access.ts';

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
});
