import { describe, expect, test } from 'vitest';
import { aPipelineText, judgeText } from '../../../testing/judge-text.ts';

/** A Method `rate` that takes and gives what these schemas say. */
const method = (inputs: string, outputs = '{}') =>
  `apiVersion: conclave.dev/v1alpha1\nkind: Method\nmetadata: {name: rate}\nspec:\n  type: http\n  http: {url: 'https://example.com'}\n  inputs: ${inputs}\n  outputs: ${outputs}\n---\n`;
const takesPosts =
  '{type: object, required: [posts], properties: {posts: {type: array, items: {type: string}}, limit: {type: integer, maximum: 10}}}';
const parameters =
  'parameters: [{name: text, type: string}, {name: texts, schema: {type: array, items: {type: string}}}, {name: number, type: number}, {name: any}]\n';

/** What is said of a step that gives these inputs to the Method. */
function found(inputs: string, schema = takesPosts): string[] {
  const step = `steps:\n  - {name: a, type: crawler, method: rate${inputs && `, inputs: ${inputs}`}}`;
  const { errors, warnings } = judgeText(`${method(schema)}${aPipelineText(`${parameters}${step}`)}`);
  return [...errors, ...warnings].map(
    ({ code, path, message }) => `${code} ${path.slice('spec.steps[0].'.length)}: ${message}`,
  );
}

const cases: Record<string, { readonly inputs: string; readonly found?: readonly string[] }> = {
  'all that it needs': { inputs: `{posts: {from: '{{input.texts}}'}, limit: {value: 5}}` },
  'something of which nothing is known': { inputs: `{posts: {from: '{{input.any}}'}}` },
  'nothing at all': { inputs: '', found: [`InputMissing : the Method 'rate' needs the input "posts"`] },
  'not what it needs': {
    inputs: '{limit: {value: 1}}',
    found: [`InputMissing inputs: the Method 'rate' needs the input "posts"`],
  },
  'a misspelled input': {
    inputs: `{posts: {value: []}, limt: {value: 1}}`,
    found: [`UnknownInput inputs.limt: the Method 'rate' does not know the input "limt"`],
  },
  'text for a list': {
    inputs: `{posts: {from: '{{input.text}}'}}`,
    found: ['InputMismatch inputs.posts.from: must be a list of texts, will be text'],
  },
  'text with a reference in it for a list': {
    inputs: `{posts: {from: 'all {{input.texts}}'}}`,
    found: ['InputMismatch inputs.posts.from: must be a list of texts, will be text'],
  },
  'a list of references to texts': { inputs: `{posts: {from: ['{{input.text}}', 'x {{input.number}}', 'y']}}` },
  'a list with a reference to a list in it': {
    inputs: `{posts: {from: ['{{input.text}}', '{{input.texts}}']}}`,
    found: ['InputMismatch inputs.posts.from[1]: must be text, will be a list of texts'],
  },
  'an object with a reference in it for a list': {
    inputs: `{posts: {from: {a: '{{input.text}}'}}}`,
    found: ['InputMismatch inputs.posts.from: must be a list of texts, will be an object'],
  },
  'each entry of an or': {
    inputs: `{posts: {or: ['{{input.texts}}', '{{input.text}}']}}`,
    found: ['InputMismatch inputs.posts.or[1]: must be a list of texts, will be text'],
  },
  'a value that looks like a template is text': {
    inputs: `{posts: {value: '{{input.texts}}'}}`,
    found: ['InputMismatch inputs.posts.value: must be a list, found the text "{{input.texts}}"'],
  },
  'a literal that is too large': {
    inputs: `{posts: {value: [a]}, limit: {from: 11}}`,
    found: ['InputMismatch inputs.limit.from: must be at most 10, found 11'],
  },
};

describe('a step gives its Method', () => {
  test.each(Object.entries(cases))('%s', (_, { inputs, found: expected = [] }) => {
    expect(found(inputs)).toEqual(expected);
  });

  test('more than a closed schema allows, which is an error', () => {
    const closed = '{type: object, properties: {a: {}}, additionalProperties: false}';
    expect(found('{b: {value: 1}}', closed)).toEqual([
      `UnknownInput inputs.b: the Method 'rate' does not know the input "b"`,
    ]);
  });

  test('an object with references in it, part by part', () => {
    const schema =
      '{type: object, properties: {who: {type: object, properties: {name: {type: string}, age: {type: integer}}}}}';
    expect(found(`{who: {from: {name: '{{input.text}}', age: 3, other: '{{input.any}}'}}}`, schema)).toEqual([]);
    expect(found(`{who: {from: {name: '{{input.texts}}', age: '{{input.number}} years'}}}`, schema)).toEqual([
      'InputMismatch inputs.who.from.name: must be text, will be a list of texts',
      'InputMismatch inputs.who.from.age: must be a whole number, will be text',
    ]);
  });

  test('what its role takes, and what a graph takes beside it', () => {
    const role = `apiVersion: conclave.dev/v1alpha1\nkind: AgentRole\nmetadata: {name: writer}\nspec: {prompt: x, inputSchema: {type: object, required: [topic], properties: {topic: {type: string}}}, outputSchema: {type: object, properties: {text: {type: string}}}}\n---\n`;
    const judged = (inputs: string) =>
      judgeText(
        `${role}${aPipelineText(`steps:\n  - {name: a, type: llm_agent, role: writer, modelRef: {name: m}${inputs}}\n  - {name: b, type: data_transform, asset: x, inputs: {x: {from: '{{a.txt}}'}}}`)}`,
      ).errors.map(({ message }) => message);
    expect(judged('')).toEqual([
      `the AgentRole 'writer' needs the input "topic"`,
      "Field 'txt' not found in step 'a'. Fields: text",
    ]);
    expect(judged(', inputs: {topic: {value: 3}}')).toContain('must be text, found the number 3');
  });

  test('anything, when a schema cannot be used: that is told where it stands', () => {
    expect(found('{b: {value: 1}}', '{type: objct}').filter((text) => !text.startsWith('InvalidSchema'))).toEqual([]);
  });
});

describe('a Method gives', () => {
  const outputs =
    '{type: object, properties: {score: {type: number}, words: {type: array, items: {$ref: "#/$defs/word"}}}, $defs: {word: {type: object, properties: {text: {type: string}}}}}';
  const uses = (template: string, declared = '') => {
    const steps = `steps:\n  - {name: a, type: crawler, method: rate${declared}}\n  - {name: b, type: data_transform, asset: x, inputs: {x: {from: '${template}'}}}`;
    const { errors } = judgeText(`${method('{}', outputs)}${aPipelineText(steps)}`);
    return errors.map(({ code, message }) => `${code}: ${message}`);
  };

  test.each(['{{a.score}}', '{{a.words[*].text}}', '{{a.words[0]}}', '{{a}}'])('%s', (template) => {
    expect(uses(template)).toEqual([]);
  });

  test('nothing that its schema does not name', () => {
    expect(uses('{{a.scor}}')).toEqual(["FieldNotFound: Field 'scor' not found in step 'a'. Fields: score, words"]);
    expect(uses('{{a.words[*].txt}}')).toEqual(["FieldNotFound: Field 'txt' not found in a.words[*]. Fields: text"]);
    expect(uses('{{a.score[*]}}')).toEqual(['NotAnArray: Cannot apply [*] to non-array (number) at a.score']);
  });

  test('its whole result under the only output that is declared, when that is none of its fields', () => {
    expect(uses('{{a.all.score}}', ', outputs: {all: asset}')).toEqual([]);
    expect(uses('{{a.score}}', ', outputs: {all: asset}')).toEqual([
      "FieldNotFound: Field 'score' not found in step 'a'. Fields: all",
    ]);
  });

  test('what the last completion of a flow answers, and what an object is asked for', () => {
    const used = (spec: string, step: string) =>
      judgeText(
        `apiVersion: conclave.dev/v1alpha1\nkind: Method\nmetadata: {name: m}\nspec: ${spec}\n---\n${aPipelineText(`steps:\n  - {name: a, ${step}}\n  - {name: b, type: data_transform, asset: x, inputs: {x: {from: '{{a.good}}'}, y1: {from: '{{a.bad}}'}}}`)}`,
      ).errors.map(({ message }) => message);
    const schema = (name: string) => `{type: object, properties: {${name}: {}}}`;
    const flow = `{type: flow, flow: {completions: [{name: c, prompt: x, outputSchema: ${schema('bad')}}, {name: d, prompt: x, outputSchema: ${schema('good')}}]}}`;
    const expected = ["Field 'bad' not found in step 'a'. Fields: good"];
    expect(used(flow, 'type: llm_flow, flow: m')).toEqual(expected);
    const object = `{type: object, object: {template: {}, success: 'true', outputs: {good: object.x}}}`;
    expect(used(object, 'type: ml_training, training: {method: m}')).toEqual(expected);
    const image = '{type: image, image: {image: a}}';
    expect(used(image, 'type: function, method: m')).toEqual([]);
  });

  test('not several outputs of which one is none of its fields', () => {
    const missing = `OutputNotGiven: step 'a' promises the output "all", which its result will not have`;
    expect(uses('{{a.score}}', ', outputs: {score: one, all: two}')).toEqual([missing]);
    expect(uses('{{a.score}}', ', outputs: {all: two, score: one}')).toEqual([missing]);
  });
});
