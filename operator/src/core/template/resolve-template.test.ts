import { describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../../api/json.ts';
import { aScope } from '../../testing/a-scope.ts';
import { resolveTemplates } from './resolve-template.ts';

const collected: JsonObject = {
  profile: {
    name: 'Ada',
    email: 'ada@example.com',
    followers: 1200,
    score: 0.5,
    verified: true,
    picture: null,
    empty: '',
    posts: [
      { text: 'first', tags: ['a', 'b'], likes: [{ by: 'x' }, { by: 'y' }] },
      { text: 'second', tags: [], likes: [{ by: 'z' }] },
      { text: 'third', tags: ['c'], likes: [] },
    ],
    matrix: [[1, 2], [3], []],
    nothing: [],
    rows: [[{ k: 1 }], [{ k: 2 }, { k: 3 }, {}]],
    'ключ-1': 'odd name',
    $ref: '#/a',
  },
};
const hostile = JSON.parse(
  '{"__proto__": {"polluted": "only data"}, "constructor": "mine", "toString": ["own"], "hasOwnProperty": 1}',
) as JsonObject;
const scope = aScope(
  { collect: collected, analyze: { scores: [0.1, 0.9], note: '{{collect.profile.name}}' }, hostile, bare: {} },
  {
    input: { username: 'ada', sources: [{ type: 'twitter', id: 7 }], limits: { perDay: 10 } },
    source: { type: 'twitter', id: 7 },
    source_index: 0,
    word: 'text',
  },
);
const resolve = (value: JsonValue) => {
  const resolved = resolveTemplates(value, scope);
  return 'problem' in resolved ? resolved.problem : resolved.value;
};

describe('resolveTemplates resolves', () => {
  const cases: Record<string, { template: JsonValue; value: JsonValue }> = {
    'a field of a step': { template: '{{collect.profile.name}}', value: 'Ada' },
    'a field of the inputs': { template: '{{input.username}}', value: 'ada' },
    'a loop variable': { template: '{{source}}', value: { type: 'twitter', id: 7 } },
    'a field of a loop variable': { template: '{{source.type}}', value: 'twitter' },
    'the index of a loop variable as a number': { template: '{{source_index}}', value: 0 },
    'all outputs of a step': {
      template: '{{analyze}}',
      value: { scores: [0.1, 0.9], note: '{{collect.profile.name}}' },
    },
    'outputs of a step without any': { template: '{{bare}}', value: {} },
    'a number as a number': { template: '{{collect.profile.followers}}', value: 1200 },
    'a fraction as a number': { template: '{{collect.profile.score}}', value: 0.5 },
    'true as a boolean': { template: '{{collect.profile.verified}}', value: true },
    'null as null': { template: '{{collect.profile.picture}}', value: null },
    'empty text as empty text': { template: '{{collect.profile.empty}}', value: '' },
    'an empty list as an empty list': { template: '{{collect.profile.nothing}}', value: [] },
    'a list as a list': { template: '{{analyze.scores}}', value: [0.1, 0.9] },
    'an object as an object': { template: '{{input.limits}}', value: { perDay: 10 } },
    'the first item of a list': { template: '{{collect.profile.posts[0].text}}', value: 'first' },
    'a later item of a list': { template: '{{collect.profile.posts[2].tags[0]}}', value: 'c' },
    'an item of an item': { template: '{{collect.profile.matrix[0][1]}}', value: 2 },
    'an item of the inputs': { template: '{{input.sources[0].id}}', value: 7 },
    'a field of every item': { template: '{{collect.profile.posts[*].text}}', value: ['first', 'second', 'third'] },
    'every item itself': { template: '{{analyze.scores[*]}}', value: [0.1, 0.9] },
    'every item of an empty list': { template: '{{collect.profile.nothing[*]}}', value: [] },
    'a field of no items': { template: '{{collect.profile.nothing[*].name}}', value: [] },
    'a list of lists where the second is not spread': {
      template: '{{collect.profile.posts[*].tags}}',
      value: [['a', 'b'], [], ['c']],
    },
    'one flat list where both are spread': { template: '{{collect.profile.posts[*].tags[*]}}', value: ['a', 'b', 'c'] },
    'fields below two spreads': { template: '{{collect.profile.posts[*].likes[*].by}}', value: ['x', 'y', 'z'] },
    'two spreads side by side': { template: '{{collect.profile.matrix[*][*]}}', value: [1, 2, 3] },
    'one item of each': { template: '{{input.sources[*].type}}', value: ['twitter'] },
    'names of any script': { template: '{{collect.profile.ключ-1}}', value: 'odd name' },
    'names with a dollar': { template: '{{collect.profile.$ref}}', value: '#/a' },
    'space inside the braces': { template: '{{  collect.profile.name\n}}', value: 'Ada' },
    'text inside text as it is': { template: 'by {{collect.profile.name}}!', value: 'by Ada!' },
    'a dynamic name of a method': { template: 'crawler_{{source.type}}', value: 'crawler_twitter' },
    'a number inside text': { template: 'n={{collect.profile.followers}}', value: 'n=1200' },
    'a fraction inside text': { template: '{{collect.profile.score}}%', value: '0.5%' },
    'a boolean inside text': { template: 'is {{collect.profile.verified}}', value: 'is true' },
    'null inside text as null': { template: 'is {{collect.profile.picture}}', value: 'is null' },
    'empty text inside text': { template: '[{{collect.profile.empty}}]', value: '[]' },
    'a list inside text as JSON': { template: 'scores: {{analyze.scores}}', value: 'scores: [0.1,0.9]' },
    'an object inside text as JSON': { template: '{{input.limits}} max', value: '{"perDay":10} max' },
    'texts in a list inside text with quotes': {
      template: '>{{collect.profile.posts[*].text}}',
      value: '>["first","second","third"]',
    },
    'several references in one text': {
      template: '{{source.type}}/{{source.id}}/{{collect.profile.name}}',
      value: 'twitter/7/Ada',
    },
    'references side by side': { template: '{{source.type}}{{source_index}}', value: 'twitter0' },
    'the same reference twice': { template: '{{word}} {{word}}', value: 'text text' },
    'a reference with space around as text': { template: ' {{source.id}}', value: ' 7' },
    'a reference between lone braces': { template: '}}{{source.id}}}', value: '}}7}' },
    'references in a list': { template: ['{{word}}', 'plain', '{{source.id}}'], value: ['text', 'plain', 7] },
    'references in an object': { template: { a: '{{word}}', b: 1 }, value: { a: 'text', b: 1 } },
    'references deep inside': {
      template: { a: [{ b: { c: ['x{{source.id}}'] } }], d: null },
      value: { a: [{ b: { c: ['x7'] } }], d: null },
    },
    'nothing in keys': { template: { '{{word}}': '{{word}}' }, value: { '{{word}}': 'text' } },
    'nothing twice: what is put in is no template': { template: '{{analyze.note}}', value: '{{collect.profile.name}}' },
    'nothing twice inside text': { template: 'note: {{analyze.note}}', value: 'note: {{collect.profile.name}}' },
    'nothing in text that a value completes': { template: '{ {{word}} }', value: '{ text }' },
    'a field named constructor that is there': { template: '{{hostile.constructor}}', value: 'mine' },
    'a field named __proto__ that is there': { template: '{{hostile.__proto__.polluted}}', value: 'only data' },
    'a field named as a method that is there': { template: '{{hostile.toString[0]}}', value: 'own' },
    'a plain text': { template: 'plain', value: 'plain' },
    'an empty text': { template: '', value: '' },
    'a number': { template: 5, value: 5 },
    'a boolean': { template: false, value: false },
    null: { template: null, value: null },
    'an empty list': { template: [], value: [] },
    'an empty object': { template: {}, value: {} },
  };
  it.each(Object.entries(cases))('%s', (_, { template, value }) => {
    expect(resolve(template)).toEqual(value);
  });
});

describe('resolveTemplates tells', () => {
  const cases: Record<string, { template: JsonValue; code: string; message: string; hint?: string }> = {
    'which steps there are': {
      template: '{{colect.profile}}',
      code: 'StepNotFound',
      message: "Step 'colect' not found. Steps: collect, analyze, hostile, bare",
      hint: 'did you mean collect?',
    },
    'that a prototype is no step': {
      template: '{{__proto__}}',
      code: 'StepNotFound',
      message: "Step '__proto__' not found. Steps: collect, analyze, hostile, bare",
    },
    'which fields a step has': {
      template: '{{analyze.score}}',
      code: 'FieldNotFound',
      message: "Field 'score' not found in step 'analyze'. Fields: scores, note",
      hint: 'did you mean scores?',
    },
    'that a step has no fields': {
      template: '{{bare.x}}',
      code: 'FieldNotFound',
      message: "Field 'x' not found in step 'bare'. Fields: none",
    },
    'which inputs there are': {
      template: '{{input.user}}',
      code: 'FieldNotFound',
      message: "Field 'user' not found in input. Fields: username, sources, limits",
    },
    'which fields a loop variable has': {
      template: '{{source.name}}',
      code: 'FieldNotFound',
      message: "Field 'name' not found in source. Fields: type, id",
    },
    'which fields there are further down': {
      template: '{{input.limits.perday}}',
      code: 'FieldNotFound',
      message: "Field 'perday' not found in input.limits. Fields: perDay",
      hint: 'did you mean perDay?',
    },
    'that text has no fields': {
      template: '{{collect.profile.name.first}}',
      code: 'FieldNotFound',
      message: "Field 'first' not found in collect.profile.name (string)",
    },
    'that null has no fields': {
      template: '{{collect.profile.picture.url}}',
      code: 'FieldNotFound',
      message: "Field 'url' not found in collect.profile.picture (null)",
    },
    'that a number has no fields': {
      template: '{{source_index.x}}',
      code: 'FieldNotFound',
      message: "Field 'x' not found in source_index (number)",
    },
    'that a list has no fields, and how to get into it': {
      template: '{{collect.profile.posts.text}}',
      code: 'FieldNotFound',
      message: "Field 'text' not found in collect.profile.posts (array)",
      hint: 'use [0] for one item of the list, or [*] for all of them',
    },
    'that the length of a list is no field': {
      template: '{{collect.profile.posts.length}}',
      code: 'FieldNotFound',
      message: "Field 'length' not found in collect.profile.posts (array)",
    },
    'in which item a field is missing': {
      template: '{{collect.profile.posts[*].likes[*].at}}',
      code: 'FieldNotFound',
      message: "Field 'at' not found in collect.profile.posts[0].likes[0]. Fields: by",
    },
    'in which item, also after items that have it': {
      template: '{{collect.profile.matrix[*][0]}}',
      code: 'IndexOutOfRange',
      message: 'Index 0 is out of range at collect.profile.matrix[2] (0 items)',
    },
    'in which item of which item a field is missing': {
      template: '{{collect.profile.rows[*][*].k}}',
      code: 'FieldNotFound',
      message: "Field 'k' not found in collect.profile.rows[1][2]. Fields: none",
    },
    'that only lists can be spread': {
      template: '{{collect.profile.name[*]}}',
      code: 'NotAnArray',
      message: 'Cannot apply [*] to non-array (string) at collect.profile.name',
    },
    'that a step cannot be spread': {
      template: '{{collect[*]}}',
      code: 'NotAnArray',
      message: 'Cannot apply [*] to non-array (object) at collect',
    },
    'which item cannot be spread': {
      template: '{{collect.profile.posts[*].text[*]}}',
      code: 'NotAnArray',
      message: 'Cannot apply [*] to non-array (string) at collect.profile.posts[0].text',
    },
    'that null cannot be spread': {
      template: '{{collect.profile.picture[*].x}}',
      code: 'NotAnArray',
      message: 'Cannot apply [*] to non-array (null) at collect.profile.picture',
    },
    'that only lists have items': {
      template: '{{input.limits[5]}}',
      code: 'NotAnArray',
      message: 'Cannot apply [5] to non-array (object) at input.limits',
    },
    'that text has no items': {
      template: '{{word[0]}}',
      code: 'NotAnArray',
      message: 'Cannot apply [0] to non-array (string) at word',
    },
    'that an index is beyond the list': {
      template: '{{collect.profile.posts[3]}}',
      code: 'IndexOutOfRange',
      message: 'Index 3 is out of range at collect.profile.posts (3 items)',
    },
    'that an index is beyond a list of one': {
      template: '{{input.sources[1]}}',
      code: 'IndexOutOfRange',
      message: 'Index 1 is out of range at input.sources (1 item)',
    },
    'the path with its indexes': {
      template: '{{collect.profile.posts[1].likes[0].at}}',
      code: 'FieldNotFound',
      message: "Field 'at' not found in collect.profile.posts[1].likes[0]. Fields: by",
    },
    'what prototypes have as missing': {
      template: '{{collect.profile.hasOwnProperty}}',
      code: 'FieldNotFound',
      message: expect.stringMatching(
        /^Field 'hasOwnProperty' not found in collect\.profile\. Fields: name, /,
      ) as string,
    },
    'that __proto__ of an object is missing': {
      template: '{{input.__proto__}}',
      code: 'FieldNotFound',
      message: "Field '__proto__' not found in input. Fields: username, sources, limits",
    },
    'the first problem of several': {
      template: ['{{word}}', { a: 'x {{nope.a}} {{collect.b}}' }],
      code: 'StepNotFound',
      message: "Step 'nope' not found. Steps: collect, analyze, hostile, bare",
    },
    'what is malformed': {
      template: { a: ['{{collect.}}'] },
      code: 'InvalidTemplate',
      message: 'expected the name of a field, found "}": "{{collect.}}"',
    },
  };
  it.each(Object.entries(cases))('%s', (_, { template, ...problem }) => {
    expect(resolve(template)).toMatchObject(problem);
  });
});
