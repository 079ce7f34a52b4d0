import fc from 'fast-check';
import { tagValues } from './inline-references.ts';
import { isTuple, type JsonSchema } from './json-schema.ts';
import { mapValues } from './records.ts';

/**
 * Documents for tests that a JSON Schema without references accepts, as far as it says: refinements of zod may still
 * refuse one. Optional fields are rare, so that documents stay small.
 */
export function arbitraryDocument(schema: JsonSchema): fc.Arbitrary<unknown> {
  const alternatives = schema.oneOf ?? schema.anyOf;
  if (alternatives !== undefined) return fc.oneof(...alternatives.map(arbitraryDocument));
  const texts = tagValues(schema);
  return texts.length > 0 ? fc.constantFrom(...texts) : (byType[String(schema.type)] ?? arbitraryJson)(schema);
}

const byType: Readonly<Record<string, (schema: JsonSchema) => fc.Arbitrary<unknown>>> = {
  object: arbitraryObject,
  array: arbitraryList,
  string: arbitraryText,
  integer: ({ minimum = -1000, maximum = 1000 }) => fc.integer({ min: minimum, max: maximum }),
  number: ({ minimum = -1000, maximum = 1000 }) => fc.double({ min: minimum, max: maximum, noNaN: true }),
  boolean: () => fc.boolean(),
  null: () => fc.constant(null),
};

const arbitraryJson = () => fc.constantFrom<unknown>(null, true, 1, 'text', ['{{a.b}}'], { any: { thing: [null] } });

function arbitraryObject({ properties, required = [], additionalProperties, propertyNames = {} }: JsonSchema) {
  if (properties === undefined && typeof additionalProperties === 'object') {
    const texts = tagValues(propertyNames);
    const key = texts.length > 0 ? fc.constantFrom(...texts) : fc.stringMatching(/^[a-z]{1,5}$/);
    return fc.dictionary(key, arbitraryDocument(additionalProperties), { maxKeys: 2 });
  }
  const fields = mapValues(properties ?? {}, (field, name) =>
    required.includes(name)
      ? arbitraryDocument(field)
      : fc.oneof({ weight: 5, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: arbitraryDocument(field) }),
  );
  return fc.record(fields).map((object) => {
    const given = Object.entries(object).filter(([, value]) => value !== undefined);
    return Object.fromEntries(given);
  });
}

function arbitraryList({ items = {}, minItems = 0, maxItems = 2, ...list }: JsonSchema): fc.Arbitrary<unknown> {
  if (isTuple(items)) return fc.tuple(...items.map(arbitraryDocument));
  const constraints = { minLength: minItems, maxLength: Math.max(minItems, Math.min(maxItems, 2)) };
  const keys = list['x-kubernetes-list-map-keys'] ?? [];
  const selector = (item: unknown) =>
    keys.length === 0
      ? JSON.stringify(item)
      : JSON.stringify(keys.map((key) => (item as Record<string, unknown>)[key]));
  return fc.uniqueArray(arbitraryDocument(items), { ...constraints, selector });
}

function arbitraryText({ pattern, format, minLength = 0, maxLength = 20 }: JsonSchema): fc.Arbitrary<string> {
  if (format === 'date-time') return fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) }).map(iso);
  if (pattern === undefined) return fc.string({ minLength, maxLength: Math.max(minLength, Math.min(maxLength, 20)) });
  return fc.stringMatching(new RegExp(pattern)).filter((text) => text.length >= minLength && text.length <= maxLength);
}

const iso = (date: Date) => date.toISOString();
