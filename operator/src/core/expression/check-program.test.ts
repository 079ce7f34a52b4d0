import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../api/json.ts';
import { schemaAt } from '../json-schema/schema-at.ts';
import { checkExpression, compileExpression } from './expression.ts';

const post = { type: 'object', properties: { title: { type: 'string' }, likes: { type: 'integer' } } };
const outputs: JsonObject = {
  type: 'object',
  properties: {
    count: { type: 'integer' },
    score: { type: 'number' },
    text: { type: 'string' },
    flag: { type: 'boolean' },
    nothing: { type: 'null' },
    counts: { type: 'array', items: { type: 'integer' } },
    scores: { type: 'array', items: { type: 'number' } },
    posts: { type: 'array', items: post },
    profile: { type: 'object', properties: { age: { type: 'integer' }, home: post } },
    closed: { type: 'object', properties: { x: { type: 'integer' } }, additionalProperties: false },
    open: { type: 'object', properties: { x: { type: 'integer' } }, additionalProperties: true },
    free: { type: 'object' },
    dictionary: { type: 'object', additionalProperties: { type: 'integer' } },
    optional: { type: ['string', 'null'] },
    either: { anyOf: [{ type: 'string' }, { type: 'integer' }] },
    level: { enum: ['low', 'high'] },
    mixed: { enum: ['low', 1] },
    version: { const: 3 },
    anything: {},
    referring: { $ref: '#/$defs/post' },
  },
  $defs: { post },
};
const variables = new Map<string, JsonObject | 'unknown'>([
  ['profile', { type: 'object', properties: { age: { type: 'integer' } } }],
  ['type', { type: 'string' }],
  ['body', 'unknown'],
  ['rank', { enum: ['low', 'high'] }],
  ['nil', { const: null }],
  ['pair', { const: [1, 2] }],
]);
const check = (text: string, expects?: 'boolean') => {
  const compiled = compileExpression(text);
  if ('problem' in compiled) throw new Error(compiled.problem.message);
  return checkExpression(compiled.expression, {
    reference: ({ root, segments }) => {
      const found = root === 'a' ? schemaAt(outputs, segments) : { unknown: true };
      return 'schema' in found ? found.schema : undefined;
    },
    variable: (name) => variables.get(name),
    variableNames: [...variables.keys()],
    ...(expects === undefined ? {} : { expects }),
  });
};

describe('checkExpression finds', () => {
  const cases: Record<string, { expression: string; code?: string; says: string; caret?: string; hint?: string }> = {
    'text compared with a number': { expression: '{{a.text}} > 1', says: 'no such overload: string > int', caret: '^' },
    'a number compared with text': {
      expression: '{{a.flag}} && {{a.score}} > "high"',
      says: 'no such overload: double > string',
      caret: '              ^',
    },
    'equality that can never be': { expression: '{{a.count}} == "5"', says: 'no such overload: int == string' },
    'text of an enumeration compared with a number': {
      expression: '{{a.level}} > 1',
      says: 'no such overload: string > int',
    },
    'a constant compared with text': { expression: '{{a.version}} == "3"', says: 'no such overload: int == string' },
    'a field of an object compared with text': {
      expression: '{{a.profile}}.age > "x"',
      says: 'no such overload: int > string',
    },
    'a field of a bare name compared with text': {
      expression: 'profile.age > "x"',
      says: 'no such overload: int > string',
    },
    'a bare name that is one of CEL, compared with a number': {
      expression: 'type > 1',
      says: 'no such overload: string > int',
    },
    'a bare name of an enumeration compared with a number': {
      expression: 'rank > 1',
      says: 'no such overload: string > int',
    },
    'a bare name that is always null compared with a number': {
      expression: 'nil > 1',
      says: 'no such overload: null > int',
    },
    'a bare name that is always the same list compared with a number': {
      expression: 'pair > 1',
      says: 'no such overload: list<dyn> > int',
    },
    'a field of items compared with text': {
      expression: '{{a.posts}}.all(p, p.likes > "x")',
      says: 'no such overload: int > string',
      caret: '                   ^',
    },
    'a field behind a reference of the schema': {
      expression: '{{a.referring}}.likes == "x"',
      says: 'no such overload: int == string',
    },
    'items compared with text': {
      expression: '{{a.counts}}.exists(c, c == "x")',
      says: 'no such overload: int == string',
    },
    'a function that does not take the type': {
      expression: 'size({{a.count}}) > 1',
      says: "found no matching overload for 'size(int)'",
    },
    'a method that the type does not have': {
      expression: '{{a.count}}.startsWith("x")',
      says: "found no matching overload for 'int.startsWith(string)'",
    },
    'a macro over text': {
      expression: '{{a.text}}.all(c, c == "x")',
      says: "Expression of type 'string' cannot be range of a comprehension (must be list, map, or dynamic).",
    },
    'logic with a number': {
      expression: '{{a.flag}} && {{a.count}}',
      says: "Logical operator requires bool operands, got 'int'",
    },
    'an item of text': { expression: '{{a.text}}[0] == "x"', says: "Cannot index type 'string'" },
    'a field that the schema does not have': {
      expression: '{{a.profile}}.agee > 1',
      code: 'FieldNotFound',
      says: "Field 'agee' not found in a.profile. Fields: age, home",
      caret: '              ^',
      hint: 'did you mean age?',
    },
    'a field that a closed schema does not have': {
      expression: '{{a.closed}}.y > 1',
      code: 'FieldNotFound',
      says: "Field 'y' not found in a.closed. Fields: x",
    },
    'a field further down': {
      expression: '{{a.profile}}.home.titl == ""',
      code: 'FieldNotFound',
      says: "Field 'titl' not found in a.profile.home. Fields: title, likes",
      hint: 'did you mean title?',
    },
    'a field in brackets': {
      expression: '{{a.profile}}["agee"] > 1',
      code: 'FieldNotFound',
      says: "Field 'agee' not found in a.profile. Fields: age, home",
    },
    'a field of an item': {
      expression: '{{a.posts}}[0].like > 1',
      code: 'FieldNotFound',
      says: "Field 'like' not found in a.posts[0]. Fields: title, likes",
    },
    'a field of an item by a computed index': {
      expression: '{{a.posts}}[{{a.count}}].like > 1',
      code: 'FieldNotFound',
      says: "Field 'like' not found in the value. Fields: title, likes",
    },
    'a field of every item': {
      expression: '{{a.posts}}.exists(p, p.like > 1)',
      code: 'FieldNotFound',
      says: "Field 'like' not found in p. Fields: title, likes",
    },
    'a field of items that came through filters and maps': {
      expression: '{{a.posts}}.filter(p, p.likes > 1).map(p, [p]).all(p, true) && {{a.posts}}.map(p, p)[0].like > 1',
      code: 'FieldNotFound',
      says: "Field 'like' not found in the value. Fields: title, likes",
    },
    'a field of an item that came through a filter': {
      expression: '{{a.posts}}.filter(p, p.likes > 1)[0].like > 1',
      code: 'FieldNotFound',
      says: "Field 'like' not found in the value. Fields: title, likes",
    },
    'a field of what was bound': {
      expression: 'cel.bind(p, {{a.profile}}, p.agee) == 1',
      code: 'FieldNotFound',
      says: "Field 'agee' not found in p. Fields: age, home",
    },
    'a field in an argument': {
      expression: '"x".startsWith({{a.profile}}.agee)',
      code: 'FieldNotFound',
      says: "Field 'agee' not found in a.profile. Fields: age, home",
    },
    'a field of a bare name': {
      expression: 'profile.name == ""',
      code: 'FieldNotFound',
      says: "Field 'name' not found in profile. Fields: age",
    },
    'a field of text': {
      expression: '{{a.text}}.x == 1',
      code: 'FieldNotFound',
      says: "Field 'x' not found in a.text (string)",
    },
    'a field of a list': {
      expression: '{{a.posts}}.title == ""',
      code: 'FieldNotFound',
      says: "Field 'title' not found in a.posts (array)",
      hint: 'use [0] for one item of the list, or [*] for all of them',
    },
    'a field on the way to what has looks for': {
      expression: 'has({{a.profile}}.hom.title)',
      code: 'FieldNotFound',
      says: "Field 'hom' not found in a.profile. Fields: age, home",
      hint: 'did you mean home?',
    },
    'a name that there is not': {
      expression: 'profil.age > 1',
      code: 'FieldNotFound',
      says: "Name 'profil' not found. Names: profile, type, body, rank, nil, pair",
      caret: '^',
      hint: 'did you mean profile?',
    },
    'names that only the library has': {
      expression: 'google == 1',
      code: 'FieldNotFound',
      says: "Name 'google' not found. Names: profile, type, body, rank, nil, pair",
    },
  };
  it.each(Object.entries(cases))('%s', (_, { expression, code = 'ExpressionType', says, caret, hint }) => {
    const [problem, ...others] = check(expression);
    const [message, , line, below] = (problem?.message ?? '').split('\n');
    expect({ message, line, others }).toEqual({ message: says, line: `>    1 | ${expression}`, others: [] });
    expect(problem).toMatchObject({ code, ...(hint === undefined ? {} : { hint }) });
    if (caret !== undefined) expect(below?.slice(9)).toBe(caret);
  });

  it('every field that is missing', () => {
    expect(check('{{a.profile}}.x == 1 || {{a.closed}}.y == 1').map(({ message }) => message.split('\n')[0])).toEqual([
      "Field 'x' not found in a.profile. Fields: age, home",
      "Field 'y' not found in a.closed. Fields: x",
    ]);
  });

  it('names without listing others when they are not known', () => {
    const compiled = compileExpression('nope == 1');
    if ('problem' in compiled) throw new Error('must compile');
    const types = { reference: () => undefined, variable: () => undefined };
    expect(checkExpression(compiled.expression, types)).toMatchObject([
      { code: 'FieldNotFound', message: expect.stringMatching(/^Name 'nope' not found\n/) as string },
    ]);
  });

  const results: Record<string, [expression: string, type: string]> = {
    'a number': ['{{a.count}} + 1', 'int'],
    'a text': ['{{a.text}}', 'string'],
    'an object': ['{{a.profile}}', 'map'],
    'a list': ['{{a.posts}}.map(p, p.likes)', 'list<int>'],
  };
  it.each(Object.entries(results))('that the result is %s where it must be true or false', (_, [expression, type]) => {
    expect(check(expression)).toEqual([]);
    expect(check(expression, 'boolean')).toMatchObject([
      {
        code: 'NotBoolean',
        message: `expected true or false, the expression gives a value of type ${type}\n\n>    1 | ${expression}\n         ^`,
      },
    ]);
  });
});

describe('checkExpression takes', () => {
  const cases: Record<string, string> = {
    'numbers of both kinds': '{{a.count}} > 1.5 && {{a.score}} > 1 && {{a.count}} < {{a.score}} && {{a.score}} == 1',
    'arithmetic of both kinds': '{{a.score}} * 2 + {{a.count}} / 2.5 - 1 > 0 && {{a.score}} % 2 == 0',
    'numbers in lists of both kinds': '1 in {{a.scores}} && 1.5 in {{a.counts}} && {{a.count}} in [1.0, 2.0]',
    'lists of both kinds': '{{a.counts}} == [1.5] && {{a.scores}} == [1] && size({{a.counts}} + {{a.scores}}) > 0',
    'empty lists and objects': '{{a.scores}} == [] && {{a.posts}} == [] && {{a.profile}} == {}',
    'comparison with null':
      '{{a.text}} != null && {{a.count}} != null && {{a.posts}} != null && {{a.profile}} != null && {{a.nothing}} == null',
    'values that may be null': '{{a.optional}} != null && {{a.optional}} == "x" && {{a.optional}} > 1',
    'values of several types': '{{a.either}} == "x" || {{a.either}} > 1 || {{a.mixed}} == 1',
    'values of any type': '{{a.anything}} > 1 && {{a.anything}}.x == "y" && {{b.x}} > 1 && body.x > 1',
    'fields of open objects': '{{a.open}}.y == 1 && {{a.open}}.x == "anything"',
    'fields of free objects': '{{a.free}}.x.y.z == 1',
    'keys of dictionaries': '{{a.dictionary}}["x"] > 1 && "x" in {{a.dictionary}}',
    'has of fields that are not there': 'has({{a.profile}}.email) && !has(profile.email)',
    'objects as maps': 'size({{a.profile}}) > 1 && "age" in {{a.profile}} && {{a.profile}}.all(k, k != "")',
    'objects against objects': '{{a.profile}} == {{a.closed}} || {{a.profile}} == {"age": 1}',
    'an entry by a computed key': '{{a.profile}}["a" + "ge"] == 1',
    'branches of both kinds of numbers': '({{a.flag}} ? {{a.count}} : {{a.score}}) > 1',
    conversions: 'int({{a.text}}) > 1 && string({{a.count}}) == "1" && double({{a.count}}) > 0.5',
    'patterns and parts of text': '{{a.text}}.matches("x") && {{a.text}}.startsWith("x") && {{a.level}} == "low"',
    types: 'type({{a.count}}) == int && type == "x"',
    'dates in text': 'timestamp({{a.text}}) > timestamp("2026-01-05T08:00:00Z")',
  };
  it.each(Object.entries(cases))('%s', (_, expression) => {
    expect(check(expression, 'boolean')).toEqual([]);
  });

  it('schemas of any size', () => {
    const wide = {
      type: 'object',
      properties: Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`f${index}`, post])),
    };
    let deep: JsonObject = { type: 'integer' };
    for (let level = 0; level < 50; level += 1) deep = { type: 'object', properties: { a: deep, b: post } };
    const compiled = compileExpression('wide.f1.likes > 1 && deep.a.a.a.a.a.a.a.a.a.b.likes > "x"');
    if ('problem' in compiled) throw new Error('must compile');
    const types = { reference: () => undefined, variable: (name: string) => (name === 'wide' ? wide : deep) };
    expect(checkExpression(compiled.expression, types)).toEqual([]);
  });
});
