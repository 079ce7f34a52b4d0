import { describe, expect, test } from 'vitest';
import { kinds } from '../../api/kinds.ts';
import { celValue, escapeFieldName } from './cel-value.ts';
import { evaluateRule } from './evaluate-rule.ts';
import { childSchema, type SchemaNode } from './schema-view.ts';

const schemaOf = (kind: string): SchemaNode | undefined => {
  const definition = kinds.find((candidate) => candidate.kind === kind);
  return definition && childSchema(definition.schema, {}, 'spec');
};
const holds = (kind: string, value: unknown, rule: string) => evaluateRule(rule, celValue(schemaOf(kind), value));

describe('a rule sees', () => {
  test.each([
    ['whole numbers as int', 'Council', { size: 3 }, 'self.size * 2 == 6'],
    ['whole numbers of a number field as double', 'Council', { minimumScore: 5 }, 'self.minimumScore / 2.0 == 2.5'],
    ['defaults that were left out', 'Council', {}, "self.strategy == 'peer_review'"],
    ['what is absent as absent', 'Council', {}, '!has(self.judge)'],
    ['nothing that the schema does not declare', 'Council', { unknown: 1 }, '!has(self.unknown)'],
    ['fields by their escaped names', 'WorkItem', { env: 'x' }, "self.env == 'x'"],
    [
      'free JSON as it is',
      'WorkItem',
      { inputs: { a: [1, 1.5, 'x'] } },
      'self.inputs.a[0] + 1 == 2 && self.inputs.a[1] == 1.5',
    ],
    ['maps by their own keys', 'WorkItem', { inputs: { 'a-b': 1, __proto__: 2 } }, "self.inputs['a-b'] == 1"],
    ['a number or text as what it is', 'WorkItem', { priority: 5 }, 'self.priority == 5'],
    ['lists with their size', 'Council', { members: [{ name: 'a' }, { name: 'b' }] }, 'self.members.size() == 2'],
    ['items of lists', 'Council', { members: [{ name: 'a' }] }, "self.members.all(m, m.name == 'a')"],
  ])('%s', (_, kind, value, rule) => {
    expect(holds(kind, value, rule)).toBe('holds');
  });

  test('the option of a union that its discriminator names', () => {
    const steps = [{ name: 'a', type: 'crawler', method: 'm', timeoutSeconds: 5, prompt: 'not of this type' }];
    expect(holds('Pipeline', { steps }, 'self.steps.all(s, s.timeoutSeconds == 5 && !has(s.prompt))')).toBe('holds');
  });
});

describe('escapeFieldName', () => {
  test.each([
    ['plain', 'plain'],
    ['namespace', '__namespace__'],
    ['a-b.c/d', 'a__dash__b__dot__c__slash__d'],
    ['a__b', 'a__underscores__b'],
  ])('%s is %s', (name, escaped) => {
    expect(escapeFieldName(name)).toBe(escaped);
  });
});
