import { expect, test } from 'vitest';
import { atomicLists, deferRules } from './defer-rules.ts';
import type { StructuralSchema } from './structural-schema.ts';

const rules = { 'x-kubernetes-validations': [{ rule: 'true', message: 'never' }] };
const keyed = { type: 'array', 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] };
const wide: StructuralSchema = {
  type: 'object',
  properties: Object.fromEntries(Array.from({ length: 21 }, (_, index) => [`f${index}`, { type: 'boolean' }])),
  ...rules,
};
const narrow: StructuralSchema = { type: 'object', properties: { a: { type: 'boolean' } }, ...rules };

test('rules of an object with many fields go, those of a small one stay', () => {
  const deferred = deferRules({ type: 'object', properties: { wide, narrow } });
  expect(deferred.properties?.wide).not.toHaveProperty('x-kubernetes-validations');
  expect(deferred.properties?.narrow).toEqual(narrow);
});

test('lists become atomic, at every depth', () => {
  const schema = { ...keyed, items: { type: 'object', properties: { inner: { ...keyed, items: narrow } } } };
  const inner = { type: 'array', 'x-kubernetes-list-type': 'atomic', items: narrow };
  const outer = { type: 'array', 'x-kubernetes-list-type': 'atomic', items: { type: 'object', properties: { inner } } };
  expect(deferRules(schema)).toEqual(outer);
  expect(atomicLists(schema)).toEqual(outer);
});
