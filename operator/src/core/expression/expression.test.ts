import { describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../../api/json.ts';
import { aScope } from '../../testing/a-scope.ts';
import { compileExpression, evaluateExpression } from './expression.ts';

const outputs: JsonObject = {
  ratio: 1.5,
  whole: 5,
  one: 1,
  big: 2 ** 53,
  huge: 1e300,
  text: 'text',
  flag: true,
  nothing: null,
  list: [1, 2.5, 'z', null],
  numbers: [1, 2, 3],
  empty: [],
  profile: { name: 'Ada', followers: 12_000, tags: ['a', 'b'], nested: { deep: { value: 7 } } },
  posts: [
    { title: 'first', likes: 10 },
    { title: 'second', likes: 3, pinned: true },
  ],
};
const hostile = JSON.parse('{"__proto__": {"x": 1}, "constructor": 2}') as JsonObject;
const scope = aScope({ a: outputs, hostile, code: { text: '" + "injected' } }, { input: { limit: 10 } });
const variables: JsonObject = { profile: { posts: [1], name: 'Ada' }, score: 0.5, count: 2 };

const evaluate = (text: string): JsonValue | object => {
  const compiled = compileExpression(text);
  if ('problem' in compiled) return compiled.problem;
  const evaluated = evaluateExpression(compiled.expression, { scope, variables });
  return 'problem' in evaluated ? evaluated.problem : evaluated.value;
};

describe('evaluateExpression', () => {
  const numbers: Record<string, [expression: string, value: JsonValue]> = {
    'a whole number from JSON equals an integer': ['{{a.whole}} == 5', true],
    'a whole number from JSON equals a double': ['{{a.one}} == 1.0', true],
    'a double equals a whole number from JSON': ['1.0 == {{a.one}}', true],
    'an integer literal equals a double literal': ['1 == 1.0', true],
    'numbers that differ are not equal': ['{{a.ratio}} != 1', true],
    'a fraction is greater than an integer': ['{{a.ratio}} > 1', true],
    'an integer is less than a fraction': ['1 < {{a.ratio}}', true],
    'a whole number is greater than a fraction': ['{{a.one}} > 0.75', true],
    'a whole number is at least a fraction': ['{{a.one}} >= 1.0', true],
    'a fraction is at most an integer': ['{{a.ratio}} <= 1', false],
    'a fraction times an integer': ['{{a.ratio}} * 2', 3],
    'an integer times a fraction': ['2 * {{a.ratio}}', 3],
    'an integer plus a fraction': ['1 + {{a.ratio}}', 2.5],
    'a fraction minus an integer': ['{{a.ratio}} - 1', 0.5],
    'integers are divided as integers': ['{{a.whole}} / 2', 2],
    'with a fraction they are not': ['{{a.whole}} / 2.0', 2.5],
    'a fraction by an integer': ['{{a.ratio}} / 3', 0.5],
    'the rest of integers': ['{{a.whole}} % 2', 1],
    'the rest of a fraction': ['{{a.ratio}} % 1', 0.5],
    'negative numbers': ['-{{a.whole}} + -{{a.ratio}}', -6.5],
    'integers are exact up to 64 bits': ['9007199254740993 - 9007199254740992', 1],
    'a number beyond exact integers is a double': ['{{a.big}} > 9007199254740991.0', true],
    'a huge number is a double': ['{{a.huge}} / 1e299', 10],
    'doubles of a list stay doubles': ['[1.0, 2.0].map(x, x / 2)', [0.5, 1]],
    'integers of a list stay integers': ['[1, 2, 3].map(x, x / 2)', [0, 1, 1]],
    'numbers of a list from JSON are each what they are': ['{{a.numbers}}.map(x, x / 2)', [0, 1, 1]],
    'integers and fractions in one list': ['[1, 1.5, {{a.one}}]', [1, 1.5, 1]],
    'an integer in a list of doubles': ['1 in [1.0, 2.0]', true],
    'a double in a list of integers': ['2.0 in [1, 2]', true],
    'a fraction in a list from JSON': ['2.5 in {{a.list}}', true],
    'unsigned integers': ['2u * 3u == 6u', true],
    'the smallest integer': ['-9223372036854775808 < 0', true],
  };
  it.each(Object.entries(numbers))('counts: %s', (_, [expression, value]) => {
    expect(evaluate(expression)).toEqual(value);
  });
});
