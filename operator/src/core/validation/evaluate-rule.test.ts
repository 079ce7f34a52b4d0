import { Environment } from '@marcbachmann/cel-js';
import { describe, expect, test } from 'vitest';
import type { ValidationRule } from '../../api/fields.ts';
import { kinds } from '../../api/kinds.ts';
import { evaluateRule, isTransitionRule } from './evaluate-rule.ts';
import { type SchemaNode, unwrapSchema } from './schema-view.ts';

/** Every rule in a schema and below. */
function rulesOf(schema: SchemaNode, seen = new Set<SchemaNode>()): ValidationRule[] {
  const { core, metas } = unwrapSchema(schema);
  if (seen.has(schema)) return [];
  seen.add(schema);
  const own = metas.flatMap((meta) => (meta['x-kubernetes-validations'] ?? []) as ValidationRule[]);
  const { shape = {}, element, valueType, options = [] } = core.def;
  const below = [...Object.values(shape), ...options, element, valueType].filter((node) => node !== undefined);
  return [...own, ...below.flatMap((node) => rulesOf(node, seen))];
}

const rules = kinds.flatMap(({ kind, schema }) => rulesOf(schema).map(({ rule }) => ({ kind, rule })));

describe('evaluateRule', () => {
  test('finds the rules of the schemas', () => {
    expect(rules.length).toBeGreaterThan(20);
  });

  test.each(rules)('can read the rule of $kind: $rule', ({ rule }) => {
    const environment = new Environment({ unlistedVariablesAreDyn: true, homogeneousAggregateLiterals: false });
    expect(environment.check(rule)).toMatchObject({ valid: true });
  });

  test('tells that a rule holds, or does not', () => {
    expect([evaluateRule('self == 2', 2n), evaluateRule('self == 1', 2n)]).toEqual(['holds', 'fails']);
  });

  test.each([
    ['self.a.b == 1', 'No such key: a'],
    ['self +', 'Unexpected token'],
    ['1 + 1', 'the rule does not answer true or false'],
  ])('tells that `%s` cannot be evaluated', (rule, error) => {
    expect(evaluateRule(rule, new Map())).toEqual({ error: expect.stringContaining(error) as string });
  });
});

describe('isTransitionRule', () => {
  test.each([
    ['self == oldSelf', true],
    ['!oldSelf || self', true],
    ['self.oldSelfie == 1', false],
    ['has(self.a)', false],
  ])('%s: %s', (rule, expected) => {
    expect(isTransitionRule({ rule, message: '' })).toBe(expected);
  });
});
