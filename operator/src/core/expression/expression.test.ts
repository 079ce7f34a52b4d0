import { describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../../api/json.ts';
import { aScope } from '../../testing/a-scope.ts';
import { compileExpression, evaluateCondition, evaluateExpression } from './expression.ts';

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
  copy: [1, 2, 3],
  empty: [],
  limits: { perDay: 10, 'odd key': 1 },
  profile: { name: 'Ada', followers: 12_000, tags: ['a', 'b'], nested: { deep: { value: 7 } } },
  posts: [
    { title: 'first', likes: 10 },
    { title: 'second', likes: 3, pinned: true },
  ],
};
const hostile = JSON.parse('{"__proto__": {"x": 1}, "constructor": 2, "in": 3}') as JsonObject;
const scope = aScope({ a: outputs, hostile, code: { text: '1 == 1 || "' } }, { input: { limit: 10 } });
const variables: JsonObject = { profile: { posts: [1], name: 'Ada' }, score: 0.5, count: 2, type: 'own' };

const evaluate = (text: string): JsonValue | object => {
  const compiled = compileExpression(text);
  if ('problem' in compiled) return compiled.problem;
  const evaluated = evaluateExpression(compiled.expression, { scope, variables });
  return 'problem' in evaluated ? evaluated.problem : evaluated.value;
};
type Results = Record<string, [expression: string, value: JsonValue]>;

describe('evaluateExpression counts:', () => {
  const cases: Results = {
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
    'integers compare': ['{{a.whole}} > 4 && {{a.whole}} >= 5 && {{a.whole}} < 6 && {{a.whole}} <= 5', true],
    'a large integer and a fraction compare exactly': ['9007199254740993 > 9007199254740992.0', true],
    'a fraction times an integer': ['{{a.ratio}} * 2', 3],
    'an integer times a fraction': ['2 * {{a.ratio}}', 3],
    'an integer plus a fraction': ['1 + {{a.ratio}}', 2.5],
    'a fraction minus an integer': ['{{a.ratio}} - 1', 0.5],
    'doubles by themselves': ['1.5 + 1.5 * 2.0 - 0.5 / 0.25', 2.5],
    'integers are divided as integers': ['{{a.whole}} / 2', 2],
    'with a fraction they are not': ['{{a.whole}} / 2.0', 2.5],
    'a fraction by an integer': ['{{a.ratio}} / 3', 0.5],
    'the rest of integers': ['{{a.whole}} % 2', 1],
    'the rest of a fraction': ['{{a.ratio}} % 1', 0.5],
    'negative numbers': ['-{{a.whole}} + -{{a.ratio}}', -6.5],
    'integers are exact up to 64 bits': ['9007199254740993 - 9007199254740992', 1],
    'the smallest integer': ['-9223372036854775808 < 0', true],
    'a whole number that is not exact is a double': ['{{a.big}} / 2.0 == 4503599627370496.0', true],
    'a huge number is a double': ['{{a.huge}} / 1e299', 10],
    'doubles that the expression made stay doubles': ['[1.0, 2.0].map(x, x / 2)', [0.5, 1]],
    'doubles in a map that the expression made too': ['{"x": 1.0}.x / 2', 0.5],
    'integers of a list stay integers': ['[1, 2, 3].map(x, x / 2)', [0, 1, 1]],
    'numbers of a list from JSON are each what they are': ['{{a.numbers}}.map(x, x / 2)', [0, 1, 1]],
    'integers and fractions in one list': ['[1, 1.5, {{a.one}}]', [1, 1.5, 1]],
    'an integer in a list of doubles': ['1 in [1.0, 2.0]', true],
    'a double in a list of integers': ['2.0 in [1, 2]', true],
    'a fraction in a list from JSON': ['2.5 in {{a.list}}', true],
    'unsigned integers': ['2u * 3u == 6u && dyn(6u) == 6 && dyn(6) == 6u', true],
    conversions: ['int("12") + int(1.9) == 13 && double("1.5") == 1.5 && string(12) == "12"', true],
  };
  it.each(Object.entries(cases))('%s', (_, [expression, value]) => {
    expect(evaluate(expression)).toEqual(value);
  });
});

describe('evaluateExpression has', () => {
  const cases: Results = {
    'a reference by itself': ['{{a.profile}}', outputs['profile'] ?? null],
    'a bare name': ['score', 0.5],
    'a field of a bare name': ['size(profile.posts) > 0', true],
    'names before those of types': ['type == "own"', true],
    'a reference with [*]': ['{{a.posts[*].likes}}.all(n, n > 2)', true],
    'a reference with an index': ['{{a.posts[1].title}} == "second"', true],
    'a field behind a reference': ['{{a.profile}}.nested.deep.value', 7],
    'a field in brackets': ['{{a.profile}}["name"]', 'Ada'],
    'a key that is no name': ['{{a.limits}}["odd key"]', 1],
    'an item in brackets': ['{{a.numbers}}[1]', 2],
    'an item by a double that is whole': ['{{a.numbers}}[1.0]', 2],
    'several references': ['{{a.whole}} > {{a.one}} && {{input.limit}} == 10', true],
    'a reference twice': ['{{a.one}} + {{a.one}}', 2],
    'references side by side with operators': ['{{a.one}}+{{a.one}}-{{a.one}}', 1],
    'a reference with space inside': ['{{ a.one }} == 1', true],
    'a reference over lines': ['{{\n a.one\n}} ==\n 1', true],
    'text from data as text only': ['{{code.text}} == "1 == 1 || \\""', true],
    'text in single quotes': ["{{a.text}} == 'text'", true],
    'braces in text': ["'}} {{' + '{ {'", '}} {{{ {'],
    'quotes in names of fields': ['has({{a.profile}}.name) && "a" == "a"', true],
    'raw text': ["r'\\d' == '\\\\d'", true],
    'text over lines': ["'''a\nb''' == 'a\\nb'", true],
    'a comment': ['1 == 1 // {{this.is}} "not read', true],
    'a comment between': ['1 // {{x\n == 1', true],
    'text plus text': ['"id-" + {{a.text}}', 'id-text'],
    'a list plus a list': ['{{a.numbers}} + [4.5] + []', [1, 2, 3, 4.5]],
    'a list': ['[1, "a", true, null, [2]]', [1, 'a', true, null, [2]]],
    'a map': ['{"a": 1, "b": {{a.numbers}}}', { a: 1, b: [1, 2, 3] }],
    'a map with other keys': ['{1: "a", true: "b"}', { '1': 'a', true: 'b' }],
    'an entry of a map with other keys': ['{1: "a"}[1] + {1: "b"}[1.0] + {true: "c"}[true] + {2u: "d"}[2]', 'abcd'],
    'a map with a hostile key': ['{"__proto__": 1}["__proto__"]', 1],
    'a choice': ['{{a.flag}} ? "yes" : "no"', 'yes'],
    'the other choice': ['!{{a.flag}} ? "yes" : "no"', 'no'],
    'only the branch that is chosen': ['{{a.flag}} ? 1 : {{nope.x}}', 1],
    'a name for a value': ['cel.bind(n, {{a.whole}}, n * n)', 25],
    'fields that prototypes have when they are there': ['{{hostile}}.constructor == 2', true],
    'keywords as fields in brackets': ['{{hostile}}["in"]', 3],
    types: ['type({{a.whole}}) == int && type(1.5) == double && type({{a.text}}) != int', true],
    'dyn around anything': ['dyn({{a.whole}}) == "5"', false],
  };
  it.each(Object.entries(cases))('%s', (_, [expression, value]) => {
    expect(evaluate(expression)).toEqual(value);
  });
});

describe('evaluateExpression knows', () => {
  const cases: Results = {
    'has, of a field that is there': ['has({{a.profile}}.name)', true],
    'has, of a field that is missing': ['has({{a.profile}}.email)', false],
    'has, of a field that is null': ['has({{a}}.nothing)', true],
    'has, of a bare name': ['has(profile.posts) && !has(profile.picture)', true],
    'has, of what prototypes have': ['has({{a.profile}}.constructor) || has({{a.profile}}.__proto__)', false],
    'has, of a map that the expression made': ['cel.bind(m, {"a": 1}, has(m.a) && !has(m.b))', true],
    'has, of a value without fields': ['has({{a}}.text.x)', false],
    'all that hold': ['{{a.numbers}}.all(n, n > 0)', true],
    'all that do not': ['{{a.numbers}}.all(n, n > 1)', false],
    'all of an empty list': ['{{a.empty}}.all(n, n > 0)', true],
    'all, one that is false before what fails': ['{{a.list}}.all(n, n > 1)', false],
    exists: ['{{a.posts}}.exists(p, p.likes > 5)', true],
    'exists, when none is': ['{{a.posts}}.exists(p, p.likes > 50)', false],
    'exists, one that is true behind what fails': ['["x", 1].map(i, dyn(i)).exists(i, i > 0)', true],
    'exists, of an empty list': ['{{a.empty}}.exists(n, true)', false],
    exists_one: ['{{a.numbers}}.exists_one(n, n > 2)', true],
    'exists_one, when there are two': ['{{a.numbers}}.exists_one(n, n > 1)', false],
    filter: ['{{a.posts}}.filter(p, p.likes > 5)', [{ title: 'first', likes: 10 }]],
    map: ['{{a.posts}}.map(p, p.title)', ['first', 'second']],
    'map of some': ['{{a.posts}}.map(p, p.likes > 5, p.title)', ['first']],
    'macros in macros': ['{{a.posts}}.all(p, {{a.numbers}}.exists(n, n * 3 <= p.likes))', true],
    'the inner one of equal names': ['[1].map(n, [2].map(n, n))', [[2]]],
    'the outer name again after the inner one': ['[1].map(n, [2].map(m, n + m) + [n])', [[3, 1]]],
    'macros over the keys of an object': ['{{a.limits}}.map(k, k)', ['perDay', 'odd key']],
    'macros over the keys of a map': ['{"a": 1, "b": 2}.filter(k, k != "a")', ['b']],
    'size of a list': ['size({{a.numbers}}) == 3 && {{a.numbers}}.size() == 3', true],
    'size of a list that the expression made': ['size([1, 2])', 2],
    'size of text in characters': ['size("añ😀")', 3],
    'size of an object': ['size({{a.limits}}) + {{a.limits}}.size() + size({"a": 1})', 5],
    'a key in an object': ['"perDay" in {{a.limits}} && !("x" in {{a.limits}})', true],
    'no key that prototypes have': ['"constructor" in {{a.limits}}', false],
    'a key in a map': ['1 in {1: 2} && dyn(1.0) in {1: 2} && !(dyn(null) in {1: 2})', true],
    'a value in a list': ['"z" in {{a.list}} && null in {{a.list}} && !("y" in {{a.list}})', true],
    startsWith: ['{{a.text}}.startsWith("te") && !{{a.text}}.startsWith("x")', true],
    endsWith: ['{{a.text}}.endsWith("xt")', true],
    contains: ['{{a.text}}.contains("ex")', true],
    matches: ['{{a.text}}.matches("^t.x")', true],
    'matches, which looks anywhere': ['{{a.text}}.matches("x")', true],
    'matches, which does not': ['{{a.text}}.matches("^x")', false],
    'matches with a pattern from data': ['"text".matches({{a.text}})', true],
    'split and join': ['"a,b,c".split(",").join("-")', 'a-b-c'],
    'join of a list from JSON': ['{{a.profile.tags}}.join(", ")', 'a, b'],
    letters: ['"ABC".lowerAscii() + "abc".upperAscii() + " x ".trim()', 'abcABCx'],
    'where a text is': ['"abcabc".indexOf("c") + "abcabc".lastIndexOf("c")', 7],
    'parts of text': ['"abcdef".substring(1, 3)', 'bc'],
    timestamps: ['timestamp("2026-01-05T08:00:00Z") + duration("90m") == timestamp("2026-01-05T09:30:00Z")', true],
    'parts of timestamps': ['timestamp("2026-01-05T08:00:00Z").getHours()', 8],
    durations: ['duration("90m") > duration("1h")', true],
    bytes: ['bytes("ab") == b"ab" && b"ab" != b"ac" && size(b"abc") == 3', true],
  };
  it.each(Object.entries(cases))('%s', (_, [expression, value]) => {
    expect(evaluate(expression)).toEqual(value);
  });
});

describe('evaluateExpression decides that', () => {
  const cases: Results = {
    'lists are equal by their items': ['{{a.numbers}} == {{a.copy}} && {{a.numbers}} == [1, 2.0, 3]', true],
    'lists of other lengths are not': ['{{a.numbers}} == [1, 2]', false],
    'lists with other items are not': ['{{a.numbers}} == [1, 2, 4]', false],
    'objects are equal by their fields': ['{{a.limits}} == {"odd key": 1, "perDay": 10.0}', true],
    'objects with other values are not': ['{{a.limits}} == {"odd key": 1, "perDay": 11}', false],
    'objects with other keys are not': ['{{a.limits}} == {"odd": 1, "perDay": 10}', false],
    'objects with more keys are not': ['{{a.limits}} == {"perDay": 10}', false],
    'objects with fewer keys are not': ['{{a.limits}} == {"odd key": 1, "perDay": 10, "x": 1}', false],
    'what is nested is equal': ['{{a.posts}}[0] == {"title": "first", "likes": 10}', true],
    'values of different types are not equal': [
      '{{a.whole}} == "5" || {{a.text}} == null || {{a.list}} == {{a.limits}}',
      false,
    ],
    'null equals null': ['{{a.nothing}} == null && null == {{a.nothing}}', true],
    'null is not false': ['dyn({{a.nothing}}) == false', false],
    'texts of the same length differ': ['{{a.text}} == "texx"', false],
    'true equals true': ['{{a.flag}} == true', true],
    'bytes are no text': ['dyn(b"a") == "a"', false],
    'a duration is no timestamp': ['dyn(duration("1s")) == timestamp("2026-01-05T08:00:00Z")', false],
    'unsigned integers and texts differ': ['dyn(1u) == "1"', false],
    'or is true when the left side is': ['{{a.flag}} || {{nope.x}}', true],
    'or is true when the right side is, whatever the left': ['{{nope.x}} || {{a.flag}}', true],
    'or is false when both are': ['!{{a.flag}} || false', false],
    'and is false when the left side is': ['!{{a.flag}} && {{nope.x}}', false],
    'and is false when the right side is, whatever the left': ['{{nope.x}} && !{{a.flag}}', false],
    'and is true when both are': ['{{a.flag}} && true', true],
    'a guard keeps from a missing field': ['has({{a.profile}}.email) && {{a.profile}}.email != ""', false],
  };
  it.each(Object.entries(cases))('%s', (_, [expression, value]) => {
    expect(evaluate(expression)).toEqual(value);
  });
});

describe('evaluateExpression gives as JSON', () => {
  const cases: Results = {
    'a timestamp': ['timestamp("2026-01-05T08:00:00Z")', '2026-01-05T08:00:00.000Z'],
    'a duration': ['duration("90m")', '5400s'],
    'bytes in base64': ['b"abc"', 'YWJj'],
    'an unsigned integer': ['7u', 7],
    'the largest exact integer': ['9007199254740991', 2 ** 53 - 1],
    'the smallest exact integer': ['-9007199254740991', -(2 ** 53 - 1)],
    'what is inside lists and maps': ['[{"a": [duration("1s"), 2u]}]', [{ a: ['1s', 2] }]],
    'values of JSON in a list that was made': ['[{{a.limits}}]', [{ perDay: 10, 'odd key': 1 }]],
  };
  it.each(Object.entries(cases))('%s', (_, [expression, value]) => {
    expect(evaluate(expression)).toEqual(value);
  });

  it('a value of JSON as the same object', () => {
    expect(evaluate('{{a.profile}}')).toBe(outputs['profile']);
  });

  it('a hostile key as data', () => {
    expect(JSON.stringify(evaluate('{"__proto__": {"x": 1}}'))).toBe('{"__proto__":{"x":1}}');
  });
});

describe('evaluateExpression tells', () => {
  const cases: Record<string, { expression: string; code: string; says: string; caret?: string; hint?: string }> = {
    'which steps there are': {
      expression: '{{nope.x}} > 1',
      code: 'StepNotFound',
      says: "Step 'nope' not found. Steps: a, hostile, code",
      caret: '^',
    },
    'which fields a step has, and where the reference stands': {
      expression: '1 == 1 && {{hostile.x}} > 1',
      code: 'FieldNotFound',
      says: "Field 'x' not found in step 'hostile'. Fields: __proto__, constructor, in",
      caret: '          ^',
    },
    'which fields a value has behind a reference': {
      expression: '{{a.profile}}.nested.depe == 1',
      code: 'FieldNotFound',
      says: "Field 'depe' not found in a.profile.nested. Fields: deep",
      caret: '                     ^',
    },
    'which inputs there are': {
      expression: '{{input}}.limits == 1',
      code: 'FieldNotFound',
      says: "Field 'limits' not found in input. Fields: limit",
      hint: 'did you mean limit?',
    },
    'which fields a step has behind its reference': {
      expression: '{{code}}.texts == 1',
      code: 'FieldNotFound',
      says: "Field 'texts' not found in step 'code'. Fields: text",
      hint: 'did you mean text?',
    },
    'which fields an item has': {
      expression: '{{a.posts}}.all(p, p.pinned)',
      code: 'FieldNotFound',
      says: "Field 'pinned' not found in p. Fields: title, likes",
      caret: '                     ^',
    },
    'which keys a map has': {
      expression: '{{a.limits}}["x"] == 1',
      code: 'FieldNotFound',
      says: 'Field \'x\' not found in a.limits. Fields: perDay, "odd key"',
    },
    'which fields a value without a name has': {
      expression: '[{{a.limits}}][0].x == 1',
      code: 'FieldNotFound',
      says: 'Field \'x\' not found in the value. Fields: perDay, "odd key"',
    },
    'which fields an item by its index has': {
      expression: '{{a.posts}}[0].x == 1',
      code: 'FieldNotFound',
      says: "Field 'x' not found in a.posts[0]. Fields: title, likes",
    },
    'the path through keys': {
      expression: '{{a}}["limits"].x == 1',
      code: 'FieldNotFound',
      says: 'Field \'x\' not found in a.limits. Fields: perDay, "odd key"',
    },
    'that text has no fields': {
      expression: '{{a.text}}.x == 1',
      code: 'FieldNotFound',
      says: "Field 'x' not found in a.text (string)",
    },
    'that a number has no fields': {
      expression: '{{a.whole}}.x == 1 || {{a.ratio}}.x == 1',
      code: 'FieldNotFound',
      says: "Field 'x' not found in a.ratio (number)",
    },
    'that null has no fields': {
      expression: '{{a.nothing}}.x == 1',
      code: 'FieldNotFound',
      says: "Field 'x' not found in a.nothing (null)",
    },
    'that a list has no fields': {
      expression: '{{a.numbers}}.x == 1',
      code: 'FieldNotFound',
      says: "Field 'x' not found in a.numbers (array)",
      hint: 'use [0] for one item of the list, or [*] for all of them',
    },
    'that a truth has no fields': {
      expression: '{{a.flag}}.x == 1',
      code: 'FieldNotFound',
      says: "Field 'x' not found in a.flag (boolean)",
    },
    'that has needs the value itself': {
      expression: 'has({{a.profile}}.x.y)',
      code: 'FieldNotFound',
      says: "Field 'x' not found in a.profile. Fields: name, followers, tags, nested",
    },
    'that an index is beyond a list': {
      expression: '{{a.numbers}}[3] == 1',
      code: 'IndexOutOfRange',
      says: 'Index 3 is out of range at a.numbers (3 items)',
    },
    'that an index is before a list': {
      expression: '[1][-1] == 1',
      code: 'IndexOutOfRange',
      says: 'Index -1 is out of range at the list (1 item)',
    },
    'that a list has no keys': {
      expression: '{{a.numbers}}["x"] == 1',
      code: 'ExpressionFailed',
      says: 'no such overload: list[string]',
    },
    'that text has no items': {
      expression: '{{a.text}}[0] == "t"',
      code: 'ExpressionFailed',
      says: 'no such overload: string[int]',
    },
    'which names there are': {
      expression: 'scor > 1',
      code: 'FieldNotFound',
      says: "Name 'scor' not found. Names: profile, score, count, type",
      hint: 'did you mean score?',
    },
    'how to write what is no name': {
      expression: 'collect > 1',
      code: 'FieldNotFound',
      says: "Name 'collect' not found. Names: profile, score, count, type",
      hint: 'write {{step.field}} for what a step gives, and text in quotes',
    },
    'that constructors are no names': {
      expression: 'constructor == 1',
      code: 'FieldNotFound',
      says: "Name 'constructor' not found. Names: profile, score, count, type",
    },
    'that text and number do not compare': {
      expression: '{{a.text}} > 1',
      code: 'ExpressionFailed',
      says: 'no such overload: string > int',
      caret: '^',
    },
    'that text and number do not add': {
      expression: '{{a.text}} + 1.5',
      code: 'ExpressionFailed',
      says: 'no such overload: string + double',
    },
    'that a list cannot be negated': {
      expression: '-{{a.list}}',
      code: 'ExpressionFailed',
      says: 'no such overload: -list',
    },
    'that a method does not fit': {
      expression: '{{a.whole}}.startsWith("x")',
      code: 'ExpressionFailed',
      says: 'no such overload: int.startsWith(string)',
    },
    'that a function does not fit': {
      expression: 'size({{a.whole}}) == 1',
      code: 'ExpressionFailed',
      says: 'no such overload: size(int)',
    },
    'that matches takes texts': {
      expression: '{{a.whole}}.matches("x")',
      code: 'ExpressionFailed',
      says: 'no such overload: int.matches(string)',
    },
    'that in takes lists and maps': {
      expression: '1 in {{a.text}}',
      code: 'ExpressionFailed',
      says: 'no such overload: int in string',
    },
    'that macros take lists and maps': {
      expression: '{{a.text}}.all(c, true)',
      code: 'ExpressionFailed',
      says: 'no such overload: string.all()',
    },
    'that timestamps do not compare with text': {
      expression: 'timestamp("2026-01-05T08:00:00Z") > dyn({{a.text}})',
      code: 'ExpressionFailed',
      says: 'no such overload: google.protobuf.Timestamp > string',
    },
    'that logic needs truths': {
      expression: '{{a.flag}} && {{a.whole}}',
      code: 'ExpressionFailed',
      says: 'expected true or false, found a value of type int',
      caret: '              ^',
    },
    'that a choice needs a truth': {
      expression: '{{a.nothing}} ? 1 : 2',
      code: 'ExpressionFailed',
      says: 'expected true or false, found a value of type null',
    },
    'that not needs a truth': {
      expression: '!{{a.limits}}',
      code: 'ExpressionFailed',
      says: 'expected true or false, found a value of type map',
      caret: ' ^',
    },
    'what failed first, when or cannot decide': {
      expression: '{{nope.x}} || false',
      code: 'StepNotFound',
      says: "Step 'nope' not found. Steps: a, hostile, code",
    },
    'what failed first, when all cannot decide': {
      expression: '{{a.posts}}.all(p, p.nope > 1)',
      code: 'FieldNotFound',
      says: "Field 'nope' not found in p. Fields: title, likes",
    },
    'that filter fails with its items': {
      expression: '{{a.list}}.filter(i, i > 0)',
      code: 'ExpressionFailed',
      says: 'no such overload: string > int',
    },
    'that an integer is divided by zero': {
      expression: '1 / ({{a.one}} - 1)',
      code: 'ExpressionFailed',
      says: 'division by zero',
    },
    'that the rest by zero is nothing': {
      expression: '1 % ({{a.one}} - 1)',
      code: 'ExpressionFailed',
      says: 'modulo by zero',
    },
    'that integers have 64 bits': {
      expression: '9223372036854775807 + {{a.one}}',
      code: 'ExpressionFailed',
      says: 'integer overflow: 9223372036854775808',
    },
    'that the smallest integer has no opposite': {
      expression: '-(-9223372036854775808)',
      code: 'ExpressionFailed',
      says: 'integer overflow: 9223372036854775808',
    },
    'that JSON does not hold an integer exactly': {
      expression: '[9007199254740992]',
      code: 'ExpressionFailed',
      says: 'the result 9007199254740992 is larger than a JSON number holds exactly',
      hint: 'make it a text with string(…)',
    },
    'that JSON has no infinity': {
      expression: '{"a": {{a.ratio}} / 0}',
      code: 'ExpressionFailed',
      says: 'the result is Infinity, which JSON does not have',
      hint: 'was something divided by zero?',
    },
    'that JSON has no types': {
      expression: 'type(1)',
      code: 'ExpressionFailed',
      says: 'the result is a type, which JSON does not have',
    },
    'that a key is no key': {
      expression: '{{{a.ratio}}: 1}'.replace('{{{', '{ {{').replace('}}}', '}}}'),
      code: 'ExpressionFailed',
      says: 'a value of type double cannot be a key',
    },
    'that a key is given twice': {
      expression: '{"a": 1, {{a.text}}: 2, "text": 3}',
      code: 'ExpressionFailed',
      says: 'the key "text" is given twice',
    },
    'that a text is no timestamp': {
      expression: 'timestamp({{a.text}})',
      code: 'ExpressionFailed',
      says: 'timestamp() requires a string in ISO 8601 format',
    },
    'that a text is no duration': {
      expression: 'duration({{a.text}})',
      code: 'ExpressionFailed',
      says: 'Invalid duration string: text',
    },
    'that a time zone is none': {
      expression: 'timestamp("2026-01-05T08:00:00Z").getHours({{a.text}})',
      code: 'ExpressionFailed',
      says: 'Invalid time zone specified: text',
    },
    'that a pattern from data is none': {
      expression: '{{a.text}}.matches("(" + {{a.text}})',
      code: 'ExpressionFailed',
      says: 'the pattern cannot be used (RE2): missing closing ): `(text`',
    },
  };
  it.each(Object.entries(cases))('%s', (_, { expression, code, says, caret, hint }) => {
    const [message, , line, below] = (evaluate(expression) as { message: string }).message.split('\n');
    expect(evaluate(expression)).toMatchObject({ code, ...(hint === undefined ? {} : { hint }) });
    expect(message).toBe(says);
    expect(line).toBe(`>    1 | ${expression}`);
    if (caret !== undefined) expect(below).toBe(`         ${caret}`);
  });

  it('the line of several that is at fault', () => {
    expect(evaluate('{{a.flag}} &&\n  // {{x}}\n  {{a.nope}} == 1')).toMatchObject({
      message: expect.stringMatching(/\n\n> {4}3 \| {3}\{\{a\.nope\}\} == 1\n {11}\^$/) as string,
    });
  });

  it('the part of a long line that is at fault', () => {
    const { message } = evaluate(`${'true && '.repeat(30)}{{a.nope}}${' && true'.repeat(30)}`) as { message: string };
    const [line = '', below = ''] = message.split('\n').slice(2);
    expect(line.length).toBeLessThan(120);
    expect(line.slice(below.indexOf('^'), below.indexOf('^') + 10)).toBe('{{a.nope}}');
    expect(line).toMatch(/^> {4}1 \| ….*…$/);
  });

  it('tabs as one column', () => {
    expect(evaluate('\t\t{{a.nope}}')).toMatchObject({
      message: expect.stringMatching(/\| {3}\{\{a\.nope\}\}\n {11}\^$/) as string,
    });
  });

  it('no more of a value than helps', () => {
    const long = aScope({ a: { text: 'x'.repeat(100_000) } });
    const compiled = compileExpression('bool({{a.text}})');
    const evaluated = 'problem' in compiled ? compiled : evaluateExpression(compiled.expression, { scope: long });
    expect('problem' in evaluated ? evaluated.problem.message.length : 0).toBeLessThan(300);
  });
});

describe('evaluateCondition', () => {
  const conditionOf = (text: string) => {
    const compiled = compileExpression(text);
    return 'problem' in compiled ? compiled : evaluateCondition(compiled.expression, { scope });
  };

  it('gives what is true or false', () => {
    expect([conditionOf('{{a.one}} == 1'), conditionOf('{{a.flag}}'), conditionOf('!{{a.flag}}')]).toEqual([
      { value: true },
      { value: true },
      { value: false },
    ]);
  });

  const others: Record<string, [expression: string, found: string]> = {
    'a number': ['{{a.whole}}', 'the number 5'],
    'a text': ['{{a.text}}', 'the text "text"'],
    null: ['{{a.nothing}}', 'nothing (null)'],
    'a list': ['{{a.list}}', 'a list'],
    'an object': ['{{a.limits}}', 'an object'],
  };
  it.each(Object.entries(others))('refuses %s and says what it was', (_, [expression, found]) => {
    expect(conditionOf(expression)).toMatchObject({
      problem: {
        code: 'NotBoolean',
        message: `expected true or false, found ${found}\n\n>    1 | ${expression}\n         ^`,
      },
    });
  });

  it('tells why there is no value', () => {
    expect(conditionOf('{{nope.x}}')).toMatchObject({ problem: { code: 'StepNotFound' } });
  });
});
