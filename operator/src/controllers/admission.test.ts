import { describe, expect, it } from 'vitest';
import type { WorkItem } from '../api/work-item.ts';
import { Admission, type QueueLimits } from './admission.ts';

interface Sketch extends Partial<WorkItem['spec']> {
  readonly createdAt?: string;
  readonly namespace?: string;
  readonly status?: WorkItem['status'];
  readonly deletionTimestamp?: string;
}

function aWorkItem(name: string, sketch: Sketch = {}): WorkItem {
  const { createdAt = '2026-01-05T08:00:00Z', namespace = 'ns', status = {}, deletionTimestamp, ...spec } = sketch;
  return {
    ...{ apiVersion: 'conclave.dev/v1alpha1', kind: 'WorkItem' },
    metadata: {
      ...{ name, namespace, uid: `uid-${name}`, creationTimestamp: createdAt },
      ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
    },
    ...{ spec, status },
  };
}

const begun = (name: string, sketch: Sketch = {}) =>
  aWorkItem(name, { ...sketch, status: { startedAt: '2026-01-05T08:00:00Z' } });
const ended = (name: string) =>
  aWorkItem(name, { status: { startedAt: '2026-01-05T08:00:00Z', finishedAt: '2026-01-05T09:00:00Z' } });

/** A queue, and who was told to come since that was asked last. */
function aQueue(limits: Partial<QueueLimits> = {}) {
  const current: QueueLimits = { maxConcurrentWorkItems: 1, maxConcurrentPerProject: 10, ...limits };
  const woken = new Set<string>();
  const admission = new Admission(
    () => current,
    (key) => woken.add(key),
  );
  const told = () => {
    const names = Array.from(woken, (key) => key.replace('ns/', '')).sort();
    woken.clear();
    return names;
  };
  const stand = (...items: readonly WorkItem[]) => items.forEach((item) => admission.follow(item));
  const asks = (item: WorkItem) => admission.admit(item).admitted;
  return { admission, current, told, stand, asks };
}

describe('Admission', () => {
  it('lets in as many as may run, and says to the others why they wait', () => {
    const { admission, asks } = aQueue({ maxConcurrentWorkItems: 2 });
    expect(['a', 'b'].map((name) => asks(aWorkItem(name)))).toEqual([true, true]);
    expect(admission.admit(aWorkItem('c'))).toEqual({
      admitted: false,
      message: '2 of 2 work items of the namespace run; it waits for its turn',
    });
    expect(admission.count('ns')).toEqual({ running: 2, waiting: 1 });
  });

  it('keeps the namespaces apart', () => {
    const { asks } = aQueue();
    expect(asks(aWorkItem('a'))).toBe(true);
    expect(asks(aWorkItem('b', { namespace: 'other' }))).toBe(true);
  });

  it('keeps the place of whoever was let in until it ends, whatever older view of it comes', () => {
    const { stand, asks } = aQueue();
    expect(asks(aWorkItem('a'))).toBe(true);
    stand(aWorkItem('a'));
    expect(asks(aWorkItem('a'))).toBe(true);
    expect(asks(aWorkItem('b'))).toBe(false);
    stand(begun('a'));
    expect(asks(aWorkItem('b'))).toBe(false);
    stand(ended('a'));
    expect(asks(aWorkItem('b'))).toBe(true);
  });

  it('does not give one place to two that ask at once', () => {
    const { stand, asks } = aQueue();
    stand(aWorkItem('a'), aWorkItem('b'));
    expect([asks(aWorkItem('b')), asks(aWorkItem('a'))]).toEqual([false, true]);
    expect(asks(aWorkItem('b'))).toBe(false);
  });

  it('counts those that ran before it began', () => {
    const { stand, asks } = aQueue();
    stand(begun('a'), aWorkItem('b'));
    expect(asks(aWorkItem('b'))).toBe(false);
  });

  describe.each([
    ['the greater priority', aWorkItem('low', { priority: 'low' }), aWorkItem('first', { priority: 'high' })],
    [
      'a priority given as a number',
      aWorkItem('other', { priority: 'critical' }),
      aWorkItem('first', { priority: 1001 }),
    ],
    ['a priority of the Tenant', aWorkItem('other', { priority: 'critical' }), aWorkItem('first', { priority: 'now' })],
    ['the older', aWorkItem('other', { createdAt: '2026-01-05T08:00:01Z' }), aWorkItem('first')],
    ['the first by name', aWorkItem('second'), aWorkItem('first')],
    ['an unknown priority as normal', aWorkItem('other', { priority: 'low' }), aWorkItem('first', { priority: '?' })],
  ])('%s', (_rule, other, first) => {
    it.each([
      ['came first', [first, other]],
      ['came last', [other, first]],
    ])('goes first when it %s', (_when, items) => {
      const { stand, told } = aQueue({ priorities: [{ name: 'now', value: 5000 }] });
      stand(begun('running'), ...items, ended('running'));
      expect(told()).toEqual(['first']);
    });
  });

  it('passes over those of a project that has all it may have', () => {
    const { stand, asks } = aQueue({ maxConcurrentWorkItems: 5, maxConcurrentPerProject: 1 });
    stand(aWorkItem('a', { project: 'p' }), aWorkItem('b', { project: 'p' }), aWorkItem('c', { project: 'q' }));
    expect(asks(aWorkItem('b', { project: 'p' }))).toBe(false);
    expect(asks(aWorkItem('a', { project: 'p' }))).toBe(true);
    expect(asks(aWorkItem('b', { project: 'p' }))).toBe(false);
    expect(asks(aWorkItem('c', { project: 'q' }))).toBe(true);
    stand(ended('a'));
    expect(asks(aWorkItem('b', { project: 'p' }))).toBe(true);
  });

  it('tells the next when one ends, is deleted or begins to be', () => {
    for (const leave of [
      (queue: ReturnType<typeof aQueue>) => queue.stand(ended('a')),
      (queue: ReturnType<typeof aQueue>) => queue.admission.remove(aWorkItem('a')),
      (queue: ReturnType<typeof aQueue>) => queue.stand(begun('a', { deletionTimestamp: '2026-01-05T08:00:00Z' })),
    ]) {
      const queue = aQueue();
      queue.stand(begun('a'), aWorkItem('b'));
      expect(queue.told()).toEqual([]);
      leave(queue);
      expect(queue.told()).toEqual(['b']);
    }
  });

  it.each([
    ['is suspended', (queue: ReturnType<typeof aQueue>) => queue.stand(aWorkItem('a', { suspend: true }))],
    ['is cancelled', (queue: ReturnType<typeof aQueue>) => queue.stand(aWorkItem('a', { cancel: true }))],
    ['is deleted', (queue: ReturnType<typeof aQueue>) => queue.admission.remove(aWorkItem('a'))],
    ['cannot begin', (queue: ReturnType<typeof aQueue>) => queue.admission.setAside(aWorkItem('a'))],
  ])('tells the next when the one before it, which waits too, %s', (_what, leave) => {
    const queue = aQueue();
    queue.stand(aWorkItem('a'), aWorkItem('b'));
    expect(queue.asks(aWorkItem('b'))).toBe(false);
    queue.told();
    leave(queue);
    expect(queue.told()).toEqual(['b']);
    expect(queue.asks(aWorkItem('b'))).toBe(true);
  });

  it('tells the next when the one before it falls back', () => {
    const { stand, asks, told } = aQueue();
    stand(aWorkItem('a', { priority: 'high' }), aWorkItem('b'));
    expect(asks(aWorkItem('b'))).toBe(false);
    told();
    expect(asks(aWorkItem('a', { priority: 'low' }))).toBe(false);
    expect(told()).toEqual(['b']);
  });

  it('tells as many as may come in when more may run', () => {
    const { admission, current, stand, told } = aQueue();
    stand(begun('a'), aWorkItem('b'), aWorkItem('c'), aWorkItem('d'));
    admission.wakeNext('ns');
    expect(told()).toEqual([]);
    Object.assign(current, { maxConcurrentWorkItems: 3 });
    admission.wakeNext('ns');
    expect(told()).toEqual(['b', 'c']);
  });

  it('puts whoever was set aside into the line again only when it asks', () => {
    const { admission, stand, asks } = aQueue();
    admission.setAside(aWorkItem('a'));
    stand(aWorkItem('a'));
    expect(admission.count('ns')).toEqual({ running: 0, waiting: 0 });
    expect(asks(aWorkItem('a'))).toBe(true);
    expect(admission.count('ns')).toEqual({ running: 1, waiting: 0 });
  });

  it('gives the place of whoever was let in and cannot begin to the next', () => {
    const { admission, stand, asks, told } = aQueue();
    expect(asks(aWorkItem('a'))).toBe(true);
    stand(aWorkItem('b'));
    admission.setAside(aWorkItem('a'));
    expect(told()).toEqual(['b']);
    expect(asks(aWorkItem('b'))).toBe(true);
    expect(asks(aWorkItem('a'))).toBe(false);
  });
});
