import { describe, expect, it } from 'vitest';
import { JoinedStores } from './joined-stores.ts';
import type { KubeObject } from './resource-type.ts';
import { Store } from './store.ts';
import type { StoreEvent } from './store-events.ts';

const aStore = () =>
  new Store<KubeObject>({
    transform: (object) => object,
    indexers: { first: ({ metadata }) => [metadata.name.charAt(0)] },
  });
const anObject = (namespace: string, name: string, resourceVersion: string): KubeObject => ({
  ...{ apiVersion: 'test.dev/v1', kind: 'Thing' },
  metadata: { namespace, name, uid: `${namespace}-${name}`, resourceVersion },
});

/** One object of each of two namespaces, the second of which has seen more. */
function twoStores() {
  const stores = { one: aStore(), other: aStore() };
  stores.one.replace([stores.one.prepare(anObject('one', 'a', '5'))!], '10');
  stores.other.replace([stores.other.prepare(anObject('other', 'a', '15'))!], '20');
  return { ...stores, joined: new JoinedStores(new Map(Object.entries(stores))) };
}

const keysOf = (objects: readonly KubeObject[]) =>
  objects.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);

describe('joined stores', () => {
  it('hold what each holds', () => {
    const { joined } = twoStores();
    expect(joined.size).toBe(2);
    expect(keysOf(joined.list())).toEqual(['one/a', 'other/a']);
    expect(keysOf(joined.byIndex('first', 'a'))).toEqual(['one/a', 'other/a']);
    expect(joined.byIndex('first', 'b')).toEqual([]);
  });

  it('find an object in its own namespace, and none in one that is not theirs', () => {
    const { joined } = twoStores();
    expect(joined.get('other/a')?.metadata.uid).toBe('other-a');
    expect([joined.get('other/b'), joined.get('third/a'), joined.get('a')]).toEqual([undefined, undefined, undefined]);
  });

  it('have seen a version of a namespace when its own store has, and of all when each has', () => {
    const { joined } = twoStores();
    expect([joined.hasSeen('15', 'other'), joined.hasSeen('15', 'one'), joined.hasSeen('15', 'third')]).toEqual([
      true,
      false,
      false,
    ]);
    expect([joined.hasSeen('10'), joined.hasSeen('15')]).toEqual([true, false]);
  });

  it('tell of what is there and of what changes in each, until one leaves', () => {
    const { joined, one, other } = twoStores();
    const told: string[] = [];
    const leave = joined.subscribe(({ type, key }: StoreEvent<KubeObject>) => told.push(`${type} ${key}`));
    other.apply({ type: 'MODIFIED', object: anObject('other', 'a', '21') });
    one.apply({ type: 'ADDED', object: anObject('one', 'b', '22') });
    leave();
    one.apply({ type: 'DELETED', object: anObject('one', 'b', '23') });
    expect(told).toEqual(['added one/a', 'added other/a', 'updated other/a', 'added one/b']);
  });
});
