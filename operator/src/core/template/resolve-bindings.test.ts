import { describe, expect, it } from 'vitest';
import type { Binding } from '../../api/binding.ts';
import type { JsonObject } from '../../api/json.ts';
import { aScope } from '../../testing/a-scope.ts';
import { resolveBindings } from './resolve-bindings.ts';

const scope = aScope(
  { collect: { profile: { picture: null, email: 'a@b', tags: [] } }, backup: { profile: { picture: 'b.png' } } },
  { input: { username: 'ada' } },
);
const resolve = (bindings: Record<string, Binding>) => {
  const resolved = resolveBindings(bindings, scope);
  return 'problem' in resolved ? resolved.problem : resolved.value;
};

describe('resolveBindings', () => {
  const cases: Record<string, { binding: Binding; value: unknown }> = {
    'resolves from': { binding: { from: '{{collect.profile.email}}' }, value: 'a@b' },
    'resolves from in lists and objects': {
      binding: { from: { users: ['{{input.username}}', 'x'], n: 1 } },
      value: { users: ['ada', 'x'], n: 1 },
    },
    'takes from without references as it is': { binding: { from: ['plain', 5] }, value: ['plain', 5] },
    'lets from be null': { binding: { from: null }, value: null },
    'lets from resolve to null': { binding: { from: '{{collect.profile.picture}}' }, value: null },
    'never reads value as a template': {
      binding: { value: '{{collect.profile.email}}' },
      value: '{{collect.profile.email}}',
    },
    'never reads what is inside value': { binding: { value: [{ a: '{{broken' }] }, value: [{ a: '{{broken' }] },
    'lets value be null': { binding: { value: null }, value: null },
    'lets value be false': { binding: { value: false }, value: false },
    'takes the first of or': {
      binding: { or: ['{{collect.profile.email}}', '{{input.username}}'] },
      value: 'a@b',
    },
    'passes over null in or': {
      binding: { or: ['{{collect.profile.picture}}', '{{backup.profile.picture}}'] },
      value: 'b.png',
    },
    'passes over a missing field in or': { binding: { or: ['{{collect.nope}}', '{{input.username}}'] }, value: 'ada' },
    'passes over a step without a result in or': {
      binding: { or: ['{{skipped.profile}}', '{{input.username}}'] },
      value: 'ada',
    },
    'passes over what is no list in or': {
      binding: { or: ['{{collect.profile.email[*]}}', '{{collect.profile.email[0]}}', '{{input.username}}'] },
      value: 'ada',
    },
    'passes over an index beyond a list in or': {
      binding: { or: ['{{collect.profile.tags[0]}}', '{{input.username}}'] },
      value: 'ada',
    },
    'takes an empty list in or, as it is not null': {
      binding: { or: ['{{collect.profile.tags}}', '{{input.username}}'] },
      value: [],
    },
    'takes a plain value in or': { binding: { or: ['{{skipped.x}}', 'anonymous'] }, value: 'anonymous' },
    'takes a text around a reference in or': {
      binding: { or: ['id-{{skipped.x}}', 'id-{{input.username}}'] },
      value: 'id-ada',
    },
  };
  it.each(Object.entries(cases))('%s', (_, { binding, value }) => {
    expect(resolve({ x: binding })).toEqual({ x: value });
  });

  it('resolves each by its own name', () => {
    expect(resolve({ a: { from: '{{input.username}}' }, b: { value: 2 } })).toEqual({ a: 'ada', b: 2 });
    expect(resolve({})).toEqual({});
  });

  it('takes a name of a prototype for a name', () => {
    const bindings = JSON.parse('{"__proto__": {"value": 1}}') as Record<string, Binding>;
    expect(JSON.stringify(resolve(bindings))).toBe('{"__proto__":1}');
  });

  it('lists all entries of or and why none has a value', () => {
    expect(resolve({ images: { or: ['{{collect.profile.picture}}', '{{skipped.x}}', ['{{collect.nope}}']] } })).toEqual(
      {
        code: 'NothingResolved',
        message:
          "None of the entries of `or` has a value. {{collect.profile.picture}}: null; {{skipped.x}}: Step 'skipped' not found. Steps: collect, backup; \"[\\\"{{collect.nope}}\\\"]\": Field 'nope' not found in step 'collect'. Fields: profile",
        hint: 'add an entry that always has a value, such as an input with a default',
      },
    );
  });

  const invalid: Record<string, Binding> = {
    nothing: {},
    'from and value': { from: 'a', value: 'b' },
    'or and from': { or: ['a'], from: 'b' },
    'all three': { or: ['a'], from: 'b', value: null },
  };
  it.each(Object.entries(invalid))('refuses a binding with %s', (_, binding) => {
    expect(resolve({ fine: { value: 1 }, x: binding })).toEqual({
      code: 'InvalidBinding',
      message: "Input 'x' must have exactly one of from, or, value",
    });
  });

  it('tells a malformed template in or at once, as no other entry mends it', () => {
    expect(resolve({ x: { or: ['{{broken', '{{input.username}}'] } })).toMatchObject({ code: 'InvalidTemplate' });
  });

  it('tells what is too large in or at once', () => {
    const large: JsonObject = { text: 'x'.repeat(3_000_000) };
    const resolved = resolveBindings({ x: { or: ['{{a.text}}{{a.text}}', 'small'] } }, aScope({ a: large }));
    expect(resolved).toMatchObject({ problem: { code: 'ValueTooLarge' } });
  });

  it('bounds all bindings together', () => {
    const text = aScope({ a: { text: 'x'.repeat(1_000_000) } });
    const bindings = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`i${index}`, { from: '{{a.text}}' }]));
    expect(resolveBindings(bindings(4), text)).toHaveProperty('value');
    expect(resolveBindings(bindings(5), text)).toMatchObject({ problem: { code: 'ValueTooLarge' } });
  });
});
