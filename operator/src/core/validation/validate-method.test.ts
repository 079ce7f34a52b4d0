import { describe, expect, test } from 'vitest';
import { codesAt, judgeText } from '../../testing/judge-text.ts';

const kindText = (kind: string, spec: string) =>
  `apiVersion: conclave.dev/v1alpha1\nkind: ${kind}\nmetadata: {name: m}\nspec: ${spec}\n`;
const found = (kind: string, spec: string) => codesAt(judgeText(kindText(kind, spec)).errors);

const good: Record<string, string> = {
  'an http call': `{type: http, http: {url: 'https://{{inputs.host}}/x', headers: {a: '{{inputs.b}}'}, body: {c: ['{{inputs.d}}']}, result: '{"x": body.y, "s": status, "h": headers}'}}`,
  'a model that is called': `{type: model, http: {url: 'https://example.com', result: body}}`,
  'an image': '{type: image, image: {image: a}}',
  'an object': `{type: object, object: {template: {a: '{{inputs.b}}'}, success: 'object.status.done == true', failure: 'has(object.status.error)', outputs: {x: object.status.x}}}`,
  'a flow': `{type: flow, flow: {completions: [{name: a, prompt: '{{inputs.x}}', outputSchema: {type: object}}]}}`,
  'a graph': `{type: graph, graph: {entry: a, nodes: [{id: a, type: llm, prompt: '{{inputs.x}}'}, {id: b, type: llm}], edges: [{from: a, to: b, when: 'state.x > 1'}, {from: b, to: end}]}}`,
  'a template': `{type: template, template: {title: '{{inputs.x}}', content: '# {{inputs.y}}'}}`,
};

const broken: Record<string, readonly [spec: string, ...found: string[]]> = {
  'schemas of inputs and outputs': [
    `{type: image, image: {image: a}, inputs: {type: objct}, outputs: {properties: 3}}`,
    'InvalidSchema spec.inputs.type',
    'InvalidSchema spec.outputs.properties',
  ],
  'templates of an http call': [
    `{type: http, http: {url: 'https://{{inputs', headers: {a: '{{'}, body: {c: ['{{}}']}}}`,
    'InvalidTemplate spec.http.url',
    'InvalidTemplate spec.http.headers.a',
    'InvalidTemplate spec.http.body.c[0]',
  ],
  'the result of an http call': [
    `{type: http, http: {url: 'https://example.com', result: 'answer.x'}}`,
    'FieldNotFound spec.http.result',
  ],
  'conditions of an object': [
    `{type: object, object: {template: {a: '{{'}, success: 'object.x +', failure: '1 + 1', outputs: {x: body}}}`,
    'InvalidTemplate spec.object.template.a',
    'InvalidExpression spec.object.success',
    'NotBoolean spec.object.failure',
    'FieldNotFound spec.object.outputs.x',
  ],
  'completions of a flow': [
    `{type: flow, flow: {completions: [{name: a, prompt: '{{', outputSchema: {type: 1}}]}}`,
    'InvalidTemplate spec.flow.completions[0].prompt',
    'InvalidSchema spec.flow.completions[0].outputSchema.type',
  ],
  'nodes and edges of a graph': [
    `{type: graph, graph: {entry: z, nodes: [{id: a, type: llm, prompt: '{{', outputSchema: {type: 1}, arguments: {x: ['{{']}}], edges: [{from: b, to: a}, {from: a, to: c, when: 'stat.x'}, {from: end, to: end}]}}`,
    'NodeNotFound spec.graph.entry',
    'InvalidTemplate spec.graph.nodes[0].prompt',
    'InvalidTemplate spec.graph.nodes[0].arguments.x[0]',
    'InvalidSchema spec.graph.nodes[0].outputSchema.type',
    'NodeNotFound spec.graph.edges[0].from',
    'NodeNotFound spec.graph.edges[1].to',
    'FieldNotFound spec.graph.edges[1].when',
    'NodeNotFound spec.graph.edges[2].from',
  ],
  'a layout': [
    `{type: template, template: {title: '{{', content: '{{'}}`,
    'InvalidTemplate spec.template.title',
    'InvalidTemplate spec.template.content',
  ],
};

describe('a Method', () => {
  test.each(Object.entries(good))('that is in order: %s', (_, spec) => {
    expect(found('Method', spec)).toEqual([]);
  });

  test.each(Object.entries(broken))('that is not: %s', (_, [spec, ...codes]) => {
    expect(found('Method', spec).sort()).toEqual(codes.sort());
  });
});

test('schemas of an AgentRole and of a Council must be of use', () => {
  expect(found('AgentRole', '{prompt: x, inputSchema: {type: 1}, outputSchema: {type: 2}}')).toEqual([
    'InvalidSchema spec.inputSchema.type',
    'InvalidSchema spec.outputSchema.type',
  ]);
  expect(found('Council', '{roleRef: {name: r}, proposalSchema: {required: 1}}')).toEqual([
    'InvalidSchema spec.proposalSchema.required',
  ]);
});
