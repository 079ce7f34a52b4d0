import { describe, expect, it, vi } from 'vitest';
import type { KubeObject } from './resource-type.ts';
import { Store, keyOf, type ObjectEvent } from './store.ts';
import type { StoreEvent } from './store-events.ts';
import { stripManagedFields } from './strip-managed-fields.ts';

function aThing(
  name: string,
  resourceVersion: string,
  uid = `uid-${name}`,
  labels: Record<string, string> = {},
): KubeObject {
  return { apiVersion: 'v1', kind: 'Thing', metadata: { namespace: 'ns', name, uid, resourceVersion, labels } };
}

function aStore(listed: readonly KubeObject[] = [], resourceVersion = '10') {
  const report = vi.fn<(error: unknown) => void>();
  const store = new Store<KubeObject>({
    transform: stripManagedFields,
    indexers: { team: ({ metadata: { labels } }) => labels?.['team']?.split(',') ?? [] },
    report,
  });
  const entries = (objects: readonly KubeObject[]) => objects.map((object) => store.prepare(object)!);
  const replace = (objects: readonly KubeObject[], version: string) => {
    store.replace(entries(objects), version);
  };
  replace(listed, resourceVersion);
  const told: string[] = [];
  const tell = ({ type, object: { metadata } }: StoreEvent<KubeObject>) => {
    told.push(`${type} ${metadata.name}@${metadata.resourceVersion ?? ''}`);
  };
  store.subscribe(tell);
  told.length = 0;
  const apply = (type: ObjectEvent<KubeObject>['type'], object: KubeObject) => store.apply({ type, object });
  const held = () => store.list().map(({ metadata }) => `${metadata.name}@${metadata.resourceVersion ?? ''}`);
  return { store, report, replace, apply, told, held };
}

describe('a store given watch events', () => {
  it('tells of what is added, updated and deleted, and moves its version on', () => {
    const { store, apply, told, held } = aStore();
    expect(apply('ADDED', aThing('a', '11'))).toBe(true);
    expect(apply('MODIFIED', aThing('a', '12'))).toBe(true);
    expect(apply('ADDED', aThing('b', '13'))).toBe(true);
    expect(apply('DELETED', aThing('a', '14'))).toBe(true);
    expect(told).toEqual(['added a@11', 'updated a@12', 'added b@13', 'deleted a@14']);
    expect(held()).toEqual(['b@13']);
    expect(store.resourceVersion).toBe('14');
  });

  it('takes a repeated event as known, without a word', () => {
    const { apply, told } = aStore([aThing('a', '9')]);
    expect(apply('MODIFIED', aThing('a', '11'))).toBe(true);
    expect(apply('MODIFIED', aThing('a', '11'))).toBe(true);
    expect(apply('DELETED', aThing('a', '12'))).toBe(true);
    expect(apply('DELETED', aThing('a', '12'))).toBe(true);
    expect(told).toEqual(['updated a@11', 'deleted a@12']);
  });

  it('never goes back to an older state of an object, and says that the order was broken', () => {
    const { apply, held } = aStore([aThing('a', '9')]);
    expect(apply('MODIFIED', aThing('a', '100'))).toBe(true);
    expect(apply('MODIFIED', aThing('a', '99'))).toBe(false);
    expect(held()).toEqual(['a@100']);
  });

  it('does not resurrect an object from an event that comes after its deletion', () => {
    const { apply, held } = aStore([aThing('a', '9')]);
    expect(apply('DELETED', aThing('a', '12'))).toBe(true);
    expect(apply('MODIFIED', aThing('a', '11'))).toBe(false);
    expect(held()).toEqual([]);
  });

  it('takes in what an event out of order brings that is new', () => {
    const { apply, held } = aStore([aThing('a', '9'), aThing('b', '9')]);
    apply('MODIFIED', aThing('b', '12'));
    expect(apply('MODIFIED', aThing('a', '11'))).toBe(false);
    expect(held()).toEqual(['a@11', 'b@12']);
  });

  it('tells of an object recreated under its name as deleted and added', () => {
    const { apply, told } = aStore([aThing('a', '9', 'first')]);
    apply('MODIFIED', aThing('a', '12', 'second'));
    expect(told).toEqual(['deleted a@9', 'added a@12']);
  });

  it('keeps the recreated object when the deletion of the first arrives late', () => {
    const { apply, held } = aStore([aThing('a', '9', 'first')]);
    apply('ADDED', aThing('a', '12', 'second'));
    expect(apply('DELETED', aThing('a', '11', 'first'))).toBe(false);
    expect(held()).toEqual(['a@12']);
  });

  it('takes events as they come when versions have no order', () => {
    const { store, apply, held } = aStore([], 'x');
    expect(apply('ADDED', aThing('a', 'zeta'))).toBe(true);
    expect(apply('MODIFIED', aThing('a', 'beta'))).toBe(true);
    expect(held()).toEqual(['a@beta']);
    expect(store.put(aThing('a', 'gamma'))).toBe(false);
    expect(apply('DELETED', aThing('a', 'alpha'))).toBe(true);
    expect(held()).toEqual([]);
  });
});

describe('a store given our own writes', () => {
  it('holds them at once and stays silent when the watch brings them', () => {
    const { store, apply, told } = aStore([aThing('a', '9')]);
    expect(store.put(aThing('a', '12'))).toBe(true);
    expect(apply('MODIFIED', aThing('a', '11'))).toBe(true);
    expect(apply('MODIFIED', aThing('a', '12'))).toBe(true);
    expect(told).toEqual(['updated a@12']);
    expect(store.resourceVersion).toBe('12');
  });

  it('refuses one that is older than what it holds', () => {
    const { store, apply, held } = aStore();
    apply('ADDED', aThing('a', '12'));
    expect(store.put(aThing('a', '11'))).toBe(false);
    expect(held()).toEqual(['a@12']);
  });

  it('refuses one whose deletion the watch has brought already', () => {
    const { store, apply, held } = aStore();
    apply('ADDED', aThing('a', '11'));
    apply('DELETED', aThing('a', '13'));
    expect(store.put(aThing('a', '12'))).toBe(false);
    expect(held()).toEqual([]);
  });

  it('refuses one whose deletion passed before a bookmark', () => {
    const { store, held } = aStore();
    store.progress('20');
    expect(store.put(aThing('a', '15'))).toBe(false);
    expect(held()).toEqual([]);
  });

  it('keeps one that a list is too old to know, and drops it with a later list', () => {
    const { store, replace, told, held } = aStore();
    store.put(aThing('a', '12'));
    replace([], '11');
    expect(held()).toEqual(['a@12']);
    replace([], '13');
    expect(told).toEqual(['added a@12', 'deleted a@12']);
  });

  it('does not go back to what a list older than the write shows', () => {
    const { store, replace, held } = aStore([aThing('a', '9')]);
    store.put(aThing('a', '15'));
    replace([aThing('a', '12')], '14');
    expect(held()).toEqual(['a@15']);
  });

  it('drops an object that a write of ours moved out of the selection', () => {
    const { store, apply, held } = aStore([aThing('a', '9')]);
    store.put(aThing('a', '12'));
    expect(apply('DELETED', aThing('a', '12'))).toBe(true);
    expect(held()).toEqual([]);
  });

  it('refuses what has no identity', () => {
    const { store } = aStore();
    expect(store.put({ apiVersion: 'v1', kind: 'Thing', metadata: { name: 'a' } })).toBe(false);
  });
});

describe('a store given a list', () => {
  it('tells of differences only', () => {
    const { replace, told } = aStore([aThing('a', '7'), aThing('b', '8'), aThing('c', '9', 'first')]);
    replace([aThing('b', '8'), aThing('a', '14'), aThing('c', '15', 'second'), aThing('d', '16')], '20');
    expect(told).toEqual(['updated a@14', 'deleted c@9', 'added c@15', 'added d@16']);
  });

  it('deletes what vanished', () => {
    const { replace, told, store } = aStore([aThing('a', '7'), aThing('b', '8')]);
    replace([aThing('b', '8')], '20');
    expect(told).toEqual(['deleted a@7']);
    expect(store.resourceVersion).toBe('20');
  });

  it('believes a list older than itself as a whole', () => {
    const { store, replace, held } = aStore([aThing('a', '90'), aThing('b', '95')], '100');
    expect(store.isAheadOf('99')).toBe(true);
    expect(store.isAheadOf('100')).toBe(false);
    replace([aThing('a', '40')], '50');
    expect(held()).toEqual(['a@40']);
    expect(store.resourceVersion).toBe('50');
  });
});

describe('the users of a store', () => {
  it('find objects by index, as they are now', () => {
    const { store, apply } = aStore();
    apply('ADDED', aThing('a', '11', 'a', { team: 'red,blue' }));
    apply('ADDED', aThing('b', '12', 'b', { team: 'blue' }));
    const names = (team: string) => store.byIndex('team', team).map(({ metadata }) => metadata.name);
    expect([names('red'), names('blue'), names('green')]).toEqual([['a'], ['a', 'b'], []]);
    apply('MODIFIED', aThing('a', '13', 'a', { team: 'green' }));
    apply('DELETED', aThing('b', '14', 'b', { team: 'blue' }));
    expect([names('red'), names('blue'), names('green')]).toEqual([[], [], ['a']]);
    expect(() => store.byIndex('colour', 'red')).toThrow("no index 'colour'; indexes: team");
  });

  it('are told of what is there when they come, and of nothing after they left', () => {
    const { store, apply } = aStore([aThing('a', '9')]);
    const late = vi.fn();
    const leave = store.subscribe(late);
    apply('ADDED', aThing('b', '11'));
    leave();
    apply('ADDED', aThing('c', '12'));
    expect(late.mock.calls.map(([event]) => (event as StoreEvent<KubeObject>).key)).toEqual(['ns/a', 'ns/b']);
  });

  it('all see one order, also of what a handler puts in itself', () => {
    const { store, apply } = aStore();
    const orders: string[][] = [[], []];
    store.subscribe(({ key }) => {
      orders[0]!.push(key);
      if (key === 'ns/a') store.put(aThing('b', '20'));
    });
    store.subscribe(({ key }) => orders[1]!.push(key));
    apply('ADDED', aThing('a', '11'));
    expect(orders).toEqual([
      ['ns/a', 'ns/b'],
      ['ns/a', 'ns/b'],
    ]);
  });

  it('cannot hurt the store or each other by throwing or rejecting', async () => {
    const { store, apply, told, held, report } = aStore();
    store.subscribe(() => {
      throw new Error('thrown');
    });
    const rejecting = (): unknown => Promise.reject(new Error('rejected'));
    store.subscribe(rejecting);
    report.mockImplementation(() => {
      throw new Error('the observer throws, too');
    });
    apply('ADDED', aThing('a', '11'));
    apply('MODIFIED', aThing('a', '12'));
    await Promise.resolve();
    expect(told).toEqual(['added a@11', 'updated a@12']);
    expect(held()).toEqual(['a@12']);
    expect(report.mock.calls.map(([error]) => (error as Error).message).sort()).toEqual([
      'rejected',
      'rejected',
      'thrown',
      'thrown',
    ]);
  });

  it('do not see an object that the transform throws on, and see it go when it was there', () => {
    const report = vi.fn();
    const store = new Store<KubeObject>({
      transform: (object) => {
        if (object.metadata.labels?.['bad'] === 'yes') throw new Error('cannot read it');
        return object;
      },
      report,
    });
    const told: string[] = [];
    store.subscribe(({ type, key }) => told.push(`${type} ${key}`));
    store.apply({ type: 'ADDED', object: aThing('a', '11') });
    store.apply({ type: 'MODIFIED', object: aThing('a', '12', 'uid-a', { bad: 'yes' }) });
    store.apply({ type: 'ADDED', object: aThing('b', '13') });
    expect(told).toEqual(['added ns/a', 'deleted ns/a', 'added ns/b']);
    expect(report).toHaveBeenCalledOnce();
  });

  it('get objects without managedFields', () => {
    const { store, apply } = aStore();
    const object = aThing('a', '11');
    apply('ADDED', { ...object, metadata: { ...object.metadata, managedFields: [{ manager: 'kubectl' }] } });
    expect(store.get('ns/a')?.metadata).not.toHaveProperty('managedFields');
  });
});

describe('keyOf', () => {
  it('is the name alone without a namespace', () => {
    expect(keyOf({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-1' } })).toBe('node-1');
  });
});
