import { describe, expect, test } from 'vitest';
import { reportOf } from '../../testing/dry-run-case.ts';
import { aMethod, type PipelineSketch } from '../../testing/planned-run.ts';
import { call, choice, from, loop } from '../../testing/planning-case.ts';
import type { JsonObject, JsonValue } from '../../api/json.ts';

/** What the step `a` gives in a pipeline where another one uses it. */
function madeUpBy(user: object, own: object = {}, more: Partial<PipelineSketch> = {}): JsonValue | undefined {
  const steps = [call('a', own), call('user', user)] as PipelineSketch['steps'];
  return reportOf({ ...more, steps }).steps['a']?.outputs;
}

const reads = (...templates: string[]) => ({
  inputs: Object.fromEntries(templates.map((template, index) => [`i${index}`, from(template)])),
});

describe('what a step without a mock gives', () => {
  test.each(
    Object.entries({
      'nothing, when nobody asks': [{}, {}],
      'a text for a field': [reads('{{a.x}}'), { x: 'a.x' }],
      'objects for fields of fields': [reads('{{a.x.y}}', '{{a.x.z}}'), { x: { y: 'a.x.y', z: 'a.x.z' } }],
      'a list for an index': [reads('{{a.x[1].y}}'), { x: [{ y: 'a.x[0].y' }, { y: 'a.x[1].y' }] }],
      'a list for every item': [reads('{{a.x[*]}}'), { x: ['a.x[0]'] }],
      'an object, where one template takes it whole': [reads('{{a.x}}', '{{a.x.y}}'), { x: { y: 'a.x.y' } }],
      'a text inside of other text': [reads('Dear {{a.x}}'), { x: 'x' }],
      'something for what stands in `or`': [{ inputs: { i: { or: ['{{a.x}}', '{{a.y}}'] } } }, { x: 'a.x', y: 'a.y' }],
      'a number for what is compared with one': [{ when: '{{a.x}} > 100' }, { x: 1 }],
      'the number that it may be equal to': [{ when: '{{a.x}} == 42' }, { x: 42 }],
      'a number for what is reckoned with': [{ when: '{{a.x}} * 2 - {{a.y}} > 0' }, { x: 1, y: 1 }],
      'the text that it is compared with': [{ when: "{{a.x}} == 'high'" }, { x: 'high' }],
      'true for what decides by itself': [{ when: '{{a.x}}' }, { x: true }],
      'true for what is joined with and, or, not': [
        { when: '{{a.x}} && !{{a.y}} || {{a.z}}' },
        { x: true, y: true, z: true },
      ],
      'true for what is compared with it': [{ when: '{{a.x}} != false' }, { x: true }],
      'a list for what is counted': [
        { when: 'size({{a.x}}) > 0 && {{a.y}}.size() > 0' },
        { x: ['a.x[0]'], y: ['a.y[0]'] },
      ],
      'a list for what is looked into': [{ when: "'b' in {{a.x}}" }, { x: ['a.x[0]'] }],
      'items that fit the condition on them': [
        { when: '{{a.x}}.exists(each, each.score > 0.5 && each.tags.size() > 0)' },
        { x: [{ score: 1, tags: ['a.x[0].tags[0]'] }] },
      ],
      'a text for what is compared with an empty one': [{ when: "{{a.x}} != ''" }, { x: 'text' }],
      'a text for what is searched for something that is read': [
        { when: '{{a.x}}.contains({{a.y}})' },
        { x: 'text', y: 'a.y' },
      ],
      'what its own name says where both sides are read': [{ when: '{{a.x}} == {{a.y}}' }, { x: 'a.x', y: 'a.y' }],
      'a value behind an index that is read': [
        { when: '{{a.x}}[{{a.i}}] == {{a.y}}[1.5 > 1 ? 0 : 1]' },
        { x: 'a.x', i: 'a.i', y: 'a.y' },
      ],
      'a number for what is negated': [{ when: '-{{a.x}} < 0' }, { x: 1 }],
      'untouched by calls of other functions': [{ when: "string({{a.x}}) == 'b'" }, { x: 'a.x' }],
      'untouched by templates that are malformed': [{ inputs: { i: from('{{a.x'), j: from('{{a.y}} {{') } }, {}],
      'untouched by a malformed condition': [{ when: '{{a.x}} >' }, {}],
      'a text for what is searched': [{ when: "{{a.x}}.startsWith('http')" }, { x: 'http' }],
      'fields behind a path in the expression': [
        { when: "{{a.x}}.y['z'] > 1 && {{a.list}}[0].n > 1" },
        { x: { y: { z: 1 } }, list: [{ n: 1 }] },
      ],
      'one of two ways for a condition': [
        { when: "{{a.x}} > 1 ? {{a.y}} : {{a.z}} == 'b'" },
        { x: 1, y: 'a.y', z: 'b' },
      ],
    } satisfies Record<string, [object, JsonObject]>),
  )('is %s', (_, [user, outputs]) => {
    expect(madeUpBy(user)).toEqual(outputs);
  });

  test('has every output that it declares', () => {
    expect(madeUpBy({}, { outputs: { x: 'asset_x', y: 'asset_y' } })).toEqual({ x: 'a.x', y: 'a.y' });
  });

  test('fits its own checks', () => {
    const check = [{ boolean: 'size(profile.posts) > 0 && profile.followers >= 10', run: 'user' }];
    expect(madeUpBy({}, { check })).toEqual({ profile: { posts: ['a.profile.posts[0]'], followers: 1 } });
  });

  test('is a list of what a loop and its variable need', () => {
    const { steps } = reportOf({
      steps: [
        call('a'),
        loop(
          'each',
          [call('x', reads('{{item.id}}', '{{item_index}}')), choice('c', '{{item.rank}} > 1', [[call('y')]])],
          {
            iterateOver: '{{a.list}}',
          },
        ),
      ],
    });
    expect(steps['a']?.outputs).toEqual({ list: [{ id: 'a.list[0].id', rank: 1 }] });
    expect(steps['each[0].x']?.inputs).toEqual({ i0: 'a.list[0].id', i1: 0 });
  });

  test('is what a batch of the loop needs', () => {
    const body = [call('x', reads('{{item[0].id}}'))];
    const { steps } = reportOf({ steps: [call('a'), loop('each', body, { iterateOver: '{{a.list}}', batchSize: 2 })] });
    expect(steps['a']?.outputs).toEqual({ list: [{ id: 'a.list[0].id' }] });
  });

  test('is nothing for the variable of a loop over what is written down', () => {
    const body = [call('x', reads('{{item.id}}', '{{each.other}}', '{{each.results[0]}}', '{{nobody.x}}'))];
    const { steps } = reportOf({ steps: [call('a'), loop('each', body, { iterateOver: [{ id: 7 }] })] });
    expect(steps['a']?.outputs).toEqual({});
  });

  test('is what is read of it in the results of its loop', () => {
    const { steps } = reportOf(
      { steps: [loop('each', [call('x')]), call('z', reads('{{each.results[*].x.n}}', '{{each.count}}'))] },
      { inputs: { items: [1, 2] } },
    );
    expect(steps['z']?.inputs).toEqual({ i0: ['x.n', 'x.n'], i1: 2 });
  });

  test('is what the outputs of the pipeline need', () => {
    expect(madeUpBy({}, {}, { outputs: { o: from('{{a.x.y}}') } })).toEqual({ x: { y: 'a.x.y' } });
  });

  test('does not grow with the numbers of indexes in indexes', () => {
    const made = madeUpBy(reads(`{{a.x${'[9999]'.repeat(8)}}}`));
    expect(JSON.stringify(made).length).toBeLessThan(10_000);
  });
});

describe('with a schema, what a step without a mock gives', () => {
  const withSchema = (outputs: JsonObject, step: object, user: object = {}) => {
    const methods = [aMethod('m', { type: 'http', http: { url: 'http://x' }, outputs })];
    const steps = [call('a', step), call('user', user)];
    const report = reportOf({ steps: steps as PipelineSketch['steps'] }, { methods: methods });
    return report.steps['a']?.outputs;
  };
  const score = { type: 'object', properties: { score: { const: 7 } }, required: ['score'] } as const;

  test('is an example of the schema', () => {
    expect(withSchema({ ...score, additionalProperties: false }, {})).toEqual({ score: 7 });
  });

  test('has beside that what others read of it', () => {
    expect(withSchema(score, {}, reads('{{a.score}}', '{{a.note.text}}'))).toEqual({
      ...{ score: 7, note: { text: 'a.note.text' } },
    });
  });

  test('has it in every item of a list as well', () => {
    const posts = {
      type: 'object',
      properties: { posts: { type: 'array', items: score, minItems: 2 } },
      required: ['posts'],
    };
    expect(withSchema(posts, {}, reads('{{a.posts[*].text}}'))).toEqual({
      posts: [0, 1].map(() => ({ score: 7, text: `a.posts[0].text` })),
    });
  });

  test('has the fields of what the schema calls no more than an object', () => {
    expect(withSchema({ type: 'object' }, {}, reads('{{a.x.y}}'))).toEqual({ x: { y: 'a.x.y' } });
  });

  test('is made up without a schema that cannot be used', () => {
    expect(withSchema({ $ref: 'http://elsewhere' }, {}, reads('{{a.x}}'))).toEqual({ x: 'a.x' });
  });

  test('leaves out what others read of it where the schema forbids that', () => {
    expect(withSchema({ ...score, additionalProperties: false }, {}, reads('{{a.note}}'))).toEqual({ score: 7 });
  });

  test('stands under the only output that is declared', () => {
    expect(withSchema({ ...score, additionalProperties: false }, { outputs: { verdict: 'asset' } })).toEqual({
      verdict: { score: 7 },
    });
  });

  test('is an object whatever the schema says', () => {
    expect(withSchema({ type: 'integer', minimum: 5, maximum: 5 }, {})).toEqual({ value: 5 });
  });
});

describe('what is validated for its relevance', () => {
  const check = (fields: object) => ({
    ...{ name: 'check', type: 'validation' as const, dependsOn: ['a'] },
    checks: { relevance: { threshold: 1, ...fields } },
  });

  test('speaks of the inputs', () => {
    const report = reportOf(
      { steps: [call('a', { outputs: { text: 'asset' } }), check({})] },
      { inputs: { topic: 'Solar power', depth: 3 } },
    );
    expect(report.phase).toBe('Succeeded');
    expect(report.steps['a']?.outputs).toEqual({ text: 'a.text: solar power' });
  });

  test('does not when nobody looks', () => {
    const report = reportOf(
      { steps: [call('a', { outputs: { text: 'asset' } }), check({ enabled: false })] },
      { inputs: { topic: 'Solar power' } },
    );
    expect(report.steps['a']?.outputs).toEqual({ text: 'a.text' });
  });
});
