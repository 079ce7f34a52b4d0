import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../kube/resource-type.ts';
import { whenSpecChanges } from './when-spec-changes.ts';

const anObject = (generation: number, uid = 'u'): KubeObject => ({
  apiVersion: 'conclave.dev/v1alpha1',
  kind: 'Method',
  metadata: { name: 'm', namespace: 'n', uid, generation },
});

/** What a sequence of events leads to, of objects that are there afterwards, or not. */
function keysAfter(events: readonly { readonly object: KubeObject; readonly isHere?: boolean }[]): number[] {
  let here: KubeObject | undefined;
  const keysOf = whenSpecChanges({ get: (key) => (key === 'n/m' ? here : undefined) }, () => ['n/p', 'n/q']);
  return events.map(({ object, isHere = true }) => {
    here = isHere ? object : undefined;
    return keysOf(object).length;
  });
}

describe('whenSpecChanges', () => {
  it('leads on when an object comes, gets another spec, and goes', () => {
    const events = [{ object: anObject(1) }, { object: anObject(2) }, { object: anObject(2), isHere: false }];
    expect(keysAfter(events)).toEqual([2, 2, 2]);
  });

  it('leads nowhere when only the status changes', () => {
    expect(keysAfter([{ object: anObject(1) }, { object: anObject(1) }, { object: anObject(1) }])).toEqual([2, 0, 0]);
  });

  it('leads on for another object of the same name', () => {
    const gone = { object: anObject(1), isHere: false };
    expect(keysAfter([{ object: anObject(1) }, gone, { object: anObject(1) }])).toEqual([2, 2, 2]);
    expect(keysAfter([{ object: anObject(1) }, { object: anObject(1, 'v') }])).toEqual([2, 2]);
  });
});
