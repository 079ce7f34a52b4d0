import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { inlineReferences } from './inline-references.ts';
import { type Problem, toJsonSchema } from './json-schema.ts';
import { toStructuralSchema } from './structural-schema.ts';

const text = (description: string) => z.string().max(9).meta({ description });
const type = (value: string, description = value) => z.literal(value).meta({ description });

function flatten(variants: readonly z.ZodObject[], meta: Record<string, unknown> = {}) {
  const problems: Problem[] = [];
  const place = { path: 'Thing', problems };
  const union = z.discriminatedUnion('type', variants as [z.ZodObject, z.ZodObject]).meta(meta);
  const schema = toStructuralSchema(inlineReferences(toJsonSchema(union, place)), place);
  return { schema, rules: schema['x-kubernetes-validations'] ?? [], problems };
}

const loop = z.strictObject({
  type: type('loop', 'Repeats.'),
  name: text('Name.'),
  over: text('List.'),
  body: text('Body.'),
});
const call = z.strictObject({ type: type('call', 'Calls.'), name: text('Name.'), method: text('Method.').optional() });

describe('a union of objects becomes one object', () => {
  const { schema, rules } = flatten([loop, call], { title: 'InnerStep' });

  test('that has the fields of all and requires what all require', () => {
    expect(Object.keys(schema.properties ?? {})).toEqual(['type', 'name', 'over', 'body', 'method']);
    expect(schema.required).toEqual(['type', 'name']);
  });

  test('whose tag lists the types with what they do', () => {
    expect(schema.properties?.type).toEqual({
      type: 'string',
      maxLength: 4,
      enum: ['loop', 'call'],
      description: 'Decides which other fields there are. `loop`: Repeats. `call`: Calls.',
    });
  });

  test('whose fields say which types they go with', () => {
    expect(schema.properties?.over?.description).toBe('List. Goes with type loop.');
    expect(schema.properties?.name?.description).toBe('Name.');
  });

  test('with one rule for what each type needs', () => {
    expect(rules[0]).toEqual({
      rule: "[self.type].all(t, (t != 'loop' || has(self.over) && has(self.body)))",
      messageExpression: "'an inner step of type ' + self.type + ' needs ' + {'loop': 'over and body'}[self.type]",
      reason: 'FieldValueRequired',
    });
  });

  test('with one rule for each field that not all types have', () => {
    expect(rules.slice(1).map(({ rule, fieldPath }) => [fieldPath, rule])).toEqual([
      ['.over', "!has(self.over) || self.type == 'loop'"],
      ['.body', "!has(self.body) || self.type == 'loop'"],
      ['.method', "!has(self.method) || self.type == 'call'"],
    ]);
    expect(rules[3]?.messageExpression).toBe("'method goes with type call, not with ' + self.type");
  });
});

test('a field that CEL has another word for is escaped in rules and plain in messages', () => {
  const { rules } = flatten([
    z.strictObject({ type: type('a'), namespace: text('N.'), 'b-c': text('B.') }),
    z.strictObject({ type: type('b') }),
  ]);
  expect(rules.map(({ rule }) => rule)).toEqual([
    "[self.type].all(t, (t != 'a' || has(self.__namespace__) && has(self.b__dash__c)))",
    "!has(self.__namespace__) || self.type == 'a'",
    "!has(self.b__dash__c) || self.type == 'a'",
  ]);
  expect(rules[0]?.messageExpression).toContain("'namespace and b-c'");
});

test('free JSON, which CEL cannot see, is in no rule', () => {
  const free = z.unknown().meta({ description: 'Free.', 'x-kubernetes-preserve-unknown-fields': true });
  const { rules, problems } = flatten([
    z.strictObject({ type: type('a'), free, seen: text('Seen.') }),
    z.strictObject({ type: type('b') }),
  ]);
  expect(problems).toEqual([]);
  expect(rules.some(({ rule }) => rule.includes('self.free'))).toBe(false);
  expect(rules[0]?.messageExpression).toContain("'free and seen'");
});

test('fixed texts that differ are all allowed, and a rule holds each type to its own', () => {
  const { schema, rules } = flatten([
    z.strictObject({ type: type('a'), mode: z.enum(['x', 'y']).optional().meta({ description: 'Either.' }) }),
    z.strictObject({ type: type('b'), mode: z.literal('z').optional().meta({ description: 'Always z.' }) }),
  ]);
  expect(schema.properties?.mode).toEqual({
    type: 'string',
    enum: ['x', 'y', 'z'],
    description: 'With type a: Either. With type b: Always z.',
  });
  expect(rules).toEqual([
    {
      rule: "!has(self.mode) || [self.type].all(t, (t != 'a' || self.mode in ['x', 'y']) && (t != 'b' || self.mode == 'z'))",
      messageExpression: "'with type ' + self.type + ' mode is ' + {'a': 'x or y', 'b': 'z'}[self.type]",
      fieldPath: '.mode',
    },
  ]);
});

test('a default that only some types have is left to the operator, or it would appear in the others', () => {
  const { schema } = flatten([
    z.strictObject({ type: type('a'), size: z.int().default(3).meta({ description: 'Size.' }) }),
    z.strictObject({ type: type('b') }),
  ]);
  expect(schema.properties?.size).not.toHaveProperty('default');
});

test('a default that all types share stays', () => {
  const size = z.int().default(3).meta({ description: 'Size.' });
  const { schema } = flatten([z.strictObject({ type: type('a'), size }), z.strictObject({ type: type('b'), size })]);
  expect(schema.properties?.size?.default).toBe(3);
});

test('a rule of one type is asked of that type only', () => {
  const { rules } = flatten([
    z
      .strictObject({ type: type('a'), x: text('X.') })
      .meta({ 'x-kubernetes-validations': [{ rule: "self.x != ''", message: 'x is empty' }] }),
    z.strictObject({ type: type('b') }),
  ]);
  expect(rules.at(-1)).toEqual({ rule: "self.type != 'a' || (self.x != '')", message: 'x is empty' });
});

test('a field that differs in more than its fixed texts is reported', () => {
  const { problems } = flatten([
    z.strictObject({ type: type('a'), x: z.string().max(3) }),
    z.strictObject({ type: type('b'), x: z.int() }),
  ]);
  expect(problems).toEqual([{ path: 'Thing.x', message: expect.stringContaining('differs between a; b') as string }]);
});

test('objects that nothing tells apart are reported', () => {
  const problems: Problem[] = [];
  const place = { path: 'Thing', problems };
  const union = z.union([z.strictObject({ a: z.boolean() }), z.strictObject({ b: z.boolean() })]);
  toStructuralSchema(inlineReferences(toJsonSchema(union, place)), place);
  expect(problems[0]?.message).toContain('use z.discriminatedUnion');
});
