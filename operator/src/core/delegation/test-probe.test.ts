import { describe, expect, it } from 'vitest';
import type { ObjectMeta } from '../../api/object-meta.ts';
import { testProbe } from './test-probe.ts';

const anObject = (condition: object, metadata: Partial<ObjectMeta> = {}) => ({
  ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'x', generation: 2, ...metadata } },
  status: { phase: 'Running', conditions: [{ type: 'Available', ...condition }] },
});
const available = { condition: 'Available' };

describe('testProbe', () => {
  it.each([
    ['True', { status: 'True' }, true],
    ['False', { status: 'False' }, false],
    ['Unknown', { status: 'Unknown' }, false],
    ['of an earlier spec', { status: 'True', observedGeneration: 1 }, false],
    ['of this spec', { status: 'True', observedGeneration: 2 }, true],
  ])('a condition that is %s', (_, condition, value) => {
    expect(testProbe(anObject(condition), available)).toEqual({ value });
  });

  it('a condition that says no generation, of an object whose status is of an earlier spec', () => {
    const object = anObject({ status: 'True' });
    const stale = { ...object, status: { ...object.status, observedGeneration: 1 } };
    expect(testProbe(stale, available)).toEqual({ value: false });
  });

  it('a condition that is not there', () => {
    expect(testProbe(anObject({ status: 'True' }), { condition: 'Ready' })).toEqual({ value: false });
  });

  it('an object that is being deleted', () => {
    const object = anObject({ status: 'True' }, { deletionTimestamp: '2026-01-01T00:00:00Z' });
    expect(testProbe(object, available)).toEqual({ value: false });
    expect(testProbe(object, { expression: 'true' })).toEqual({ value: false });
  });

  it.each([
    ['object.status.phase == "Running"', true],
    ['object.status.absent == 1', false],
  ])('an expression: %s', (expression, value) => {
    expect(testProbe(anObject({ status: 'True' }), { expression })).toEqual({ value });
  });

  it('an expression that is not true or false', () => {
    expect(testProbe(anObject({}), { expression: 'object.status.phase' })).toMatchObject({
      problem: { code: 'NotBoolean' },
    });
  });
});
