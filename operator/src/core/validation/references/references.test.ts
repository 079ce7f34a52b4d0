import { describe, expect, test } from 'vitest';
import { aPipelineText, codesAt, judgeText } from '../../../testing/judge-text.ts';
import { unknownWorld } from '../world.ts';

const object = (kind: string, name: string, spec: string) =>
  `apiVersion: conclave.dev/v1alpha1\nkind: ${kind}\nmetadata: {name: ${name}}\nspec: ${spec}\n---\n`;
const methods = {
  http: object('Method', 'http-one', "{type: http, id: http_one, http: {url: 'https://a.example.com/x'}}"),
  image: object('Method', 'image-one', '{type: image, image: {image: registry.example.com/a:1}}'),
  mcp: object('Method', 'mcp-one', "{type: mcp, mcp: {url: 'https://b.example.com', tool: t}}"),
  object: object('Method', 'object-one', '{type: object, object: {template: {}, success: "true"}}'),
  called: object('Method', 'called-model', "{type: model, id: shared, http: {url: 'https://c.example.com'}}"),
  run: object('Method', 'run-model', '{type: model, image: {image: a}}'),
  served: object('Method', 'served-model', '{type: model, serving: {image: a, port: 80}}'),
  flow: object('Method', 'a-flow', '{type: flow, id: shared, flow: {completions: [{name: a, prompt: b}]}}'),
  graph: object('Method', 'a-graph', '{type: graph, graph: {nodes: [{id: a, type: llm}]}}'),
  template: object('Method', 'a-template', '{type: template, template: {content: x}}'),
};
const aModel = object('Model', 'small', "{modelName: small-1, endpoint: {url: 'https://m.example.com'}}");
const all = Object.values(methods).join('') + aModel;

/** What level 2 says of one step among these objects, where they are all there is. */
function found(step: string, objects = all): string[] {
  const text = `${objects}${aPipelineText(`steps:\n  - {name: a, ${step}}`)}`;
  const { errors, warnings } = judgeText(text, { ...unknownWorld, complete: true });
  return codesAt([...errors, ...warnings].filter(({ level }) => level === 2));
}

const at = (path: string) => `spec.steps[0].${path}`;

describe('a Method', () => {
  const fitting: Record<string, string> = {
    'of type http for a crawler': 'type: crawler, method: http_one',
    'of type image for a crawler': 'type: crawler, method: image_one',
    'by its object name': 'type: crawler, method: image-one',
    'of type http in mode api': 'type: function, method: http_one, executionMode: api',
    'of type image in mode direct': 'type: crawler, method: image_one, executionMode: direct',
    'of type mcp in mode direct': 'type: function, method: mcp_one, executionMode: direct',
    'of type model with http': 'type: ml_model, model: called_model, executionMode: api',
    'of type model with image': 'type: ml_model, model: run_model, executionMode: direct',
    'of type model of two of one name': 'type: ml_model, model: shared',
    'of type flow of two of one name': 'type: llm_flow, flow: shared, modelRef: {name: small}',
    'of type model with serving': 'type: ml_serving, serviceName: s, model: served_model',
    'for the name of a service': 'type: ml_serving, serviceName: served_model',
    'of type object': 'type: ml_training, training: {method: object_one}',
    'of type graph': 'type: llm_agent, agentConfig: {graph_definition: a_graph}, modelRef: {name: small}',
    'of type template': 'type: output, format: json, template: a_template',
    'that sends the request of a transformation': 'type: data_transform, asset: x, method: http_one',
    'by a template that can mean one': "type: crawler, method: '{{input.which}}_one'",
  };
  test.each(Object.entries(fitting))('%s is taken', (_, step) => {
    expect(found(step).filter((code) => !code.startsWith('FieldNotFound'))).toEqual([]);
  });

  const misfits: Record<string, readonly [step: string, path: string]> = {
    'of type image in mode api': ['type: crawler, method: image_one, executionMode: api', 'method'],
    'of type http in mode direct': ['type: crawler, method: http_one, executionMode: direct', 'method'],
    'of type object for a crawler': ['type: crawler, method: object_one', 'method'],
    'of type http as a model': ['type: ml_model, model: http_one', 'model'],
    'of type model without http in mode api': ['type: ml_model, model: run_model, executionMode: api', 'model'],
    'of type model without image in mode direct': [
      'type: ml_model, model: called_model, executionMode: direct',
      'model',
    ],
    'of type model that can only be served': ['type: ml_model, model: served_model', 'model'],
    'of type model without serving': ['type: ml_serving, serviceName: s, model: called_model', 'model'],
    'of type image for training': ['type: ml_training, training: {method: image_one}', 'training.method'],
    'of type graph as a flow': ['type: llm_flow, flow: a_graph', 'flow'],
    'of type flow as a graph': [
      'type: llm_agent, agentConfig: {graph_definition: a_flow}',
      'agentConfig.graph_definition',
    ],
    'of type flow as a template': ['type: output, format: json, template: a_flow', 'template'],
  };
  test.each(Object.entries(misfits))('%s is of the wrong type', (_, [step, path]) => {
    expect(found(step)).toEqual([`MethodTypeMismatch ${at(path)}`]);
  });

  test('that is not there is an error where all is known, with the one that was meant', () => {
    const text = `${all}${aPipelineText('steps: [{name: a, type: crawler, method: htp_one}]')}`;
    expect(judgeText(text, { ...unknownWorld, complete: true }).errors).toMatchObject([
      { code: 'MethodNotFound', level: 2, message: 'there is no Method "htp_one"', hint: 'did you mean http_one?' },
    ]);
    const { errors, warnings } = judgeText(text);
    expect(errors).toEqual([]);
    expect(warnings).toMatchObject([
      { code: 'MethodNotFound', message: 'no Method "htp_one" is among the files; a cluster must have it' },
    ]);
  });

  test('that no template can mean is an error where all is known, and nothing is said else', () => {
    const step = "type: crawler, method: 'crawl_{{input.which}}'";
    expect(found(step)).toEqual([`MethodNotFound ${at('method')}`]);
    const spec = "parameters: [{name: which}]\nsteps: [{name: a, type: crawler, method: 'crawl_{{input.which}}'}]";
    expect(judgeText(aPipelineText(spec)).warnings).toEqual([]);
  });
});

describe('roles, models and councils', () => {
  const model = object('Model', 'small', "{modelName: small-1, endpoint: {url: 'https://m.example.com'}}");
  const writer = object('AgentRole', 'writer', '{prompt: You write., role: developer, modelRef: {name: small}}');
  const elders = object('Council', 'elders', '{roleRef: {name: writer}}');
  const team = model + writer + elders;

  test.each([
    'type: llm_agent, role: writer',
    'type: llm_agent, role: developer',
    'type: llm_agent, modelRef: {name: small}',
    'type: llm_flow, prompt: x, modelRef: {name: small}',
    'type: council, council: elders, topic: x',
    'type: llm_agent, agentConfig: {nodes: [{id: a, model: small}, {id: b, model: small-1}]}',
    'type: validation, checks: {}, role: qa',
  ])('that are there: %s', (step) => {
    expect(found(step, team)).toEqual([]);
  });

  const missing: Record<string, string> = {
    'type: llm_agent, role: reader': `RoleNotFound ${at('role')}`,
    'type: llm_agent, role: qa': `RoleNotFound ${at('role')}`,
    'type: llm_flow, prompt: x, role: qa': `RoleNotFound ${at('role')}`,
    'type: validation, checks: {}, role: reader': `RoleNotFound ${at('role')}`,
    'type: llm_flow, prompt: x, modelRef: {name: large}': `ModelNotFound ${at('modelRef.name')}`,
    'type: council, council: youngsters, topic: x': `CouncilNotFound ${at('council')}`,
    'type: llm_agent, agentConfig: {nodes: [{id: a, model: large}]}': `ModelNotFound ${at('agentConfig.nodes[0].model')}`,
    'type: llm_flow, prompt: x': `ModelNotNamed spec.steps[0]`,
    'type: llm_agent': `ModelNotNamed spec.steps[0]`,
  };
  test.each(Object.entries(missing))('that are not there: %s', (step, code) => {
    expect(found(step, team)).toEqual([code]);
  });

  test('a step cannot run when what it uses lacks something itself', () => {
    const broken = `${object('AgentRole', 'reader', '{prompt: x, modelRef: {name: large}}')}${object('Council', 'odd', '{roleRef: {name: nobody}}')}`;
    expect(found('type: llm_agent, role: reader', broken)).toEqual([
      'ModelNotFound spec.modelRef.name',
      'RoleNotFound spec.roleRef.name',
      `ModelNotFound ${at('role')}`,
    ]);
    expect(found('type: council, council: odd, topic: x', broken)).toContain(`RoleNotFound ${at('council')}`);
  });

  test('models of members, judges, flows and graphs must be there', () => {
    const objects = [
      object(
        'Council',
        'judged',
        '{strategy: judge, members: [{name: a, roleRef: {name: writer}, modelRef: {name: m1}}, {name: b, roleRef: {name: r1}}], judge: {roleRef: {name: r2}, modelRef: {name: m2}}}',
      ),
      object(
        'Method',
        'f',
        '{type: flow, flow: {modelRef: {name: m3}, completions: [{name: a, prompt: b, modelRef: {name: m4}}]}}',
      ),
      object('Method', 'g', '{type: graph, graph: {nodes: [{id: a, type: llm, modelRef: {name: m5}}]}}'),
    ];
    expect(found('type: validation, checks: {}', `${team}${objects.join('')}`)).toEqual([
      'ModelNotFound spec.members[0].modelRef.name',
      'RoleNotFound spec.members[1].roleRef.name',
      'RoleNotFound spec.judge.roleRef.name',
      'ModelNotFound spec.judge.modelRef.name',
      'ModelNotFound spec.flow.modelRef.name',
      'ModelNotFound spec.flow.completions[0].modelRef.name',
      'ModelNotFound spec.graph.nodes[0].modelRef.name',
    ]);
  });

  test('a role that does not say its tools has those of its kind, and none when it is of no kind', () => {
    const roles = ['developer', 'planning', 'poet']
      .map((role) => object('AgentRole', `a-${role}`, `{prompt: x, role: ${role}, modelRef: {name: small}}`))
      .join('');
    expect(found('type: llm_agent, role: developer, tools: [git, file]', model + roles)).toEqual([]);
    // Of its kind, but nothing provides it.
    expect(found('type: llm_agent, role: developer, tools: [docker]', model + roles)).toEqual([
      `ToolNotFound ${at('tools[0]')}`,
    ]);
    expect(found('type: llm_agent, role: developer, tools: [helm]', model + roles)).toEqual([
      `ToolNotFound ${at('tools[0]')}`,
    ]);
    expect(found('type: llm_agent, role: planning, tools: [helm]', model + roles)).toEqual([]);
    expect(found('type: llm_agent, role: poet, tools: [git]', model + roles)).toEqual([
      `ToolNotFound ${at('tools[0]')}`,
    ]);
  });

  test('a role, flow or Council that names no Model leaves it to the step', () => {
    const poet = object('AgentRole', 'poet', '{prompt: x}');
    const flow = (more = '', own = '') =>
      object('Method', 'f', `{type: flow, flow: {completions: [{name: a, prompt: b${own}}]${more}}}`);
    const ref = ', modelRef: {name: small}';
    const elders = (more = '') => object('Council', 'elders', `{roleRef: {name: poet}${more}}`);
    const named = [
      [`type: llm_agent, role: poet${ref}`, poet],
      ['type: llm_flow, flow: f', flow(ref)],
      ['type: llm_flow, flow: f', flow('', ref)],
      [`type: llm_flow, flow: f${ref}`, flow()],
      [`type: council, council: elders, topic: x${ref}`, poet + elders()],
      ['type: council, council: elders, topic: x', poet + elders(ref)],
    ] as const;
    for (const [step, objects] of named) expect(found(step, aModel + objects), step).toEqual([]);
    const unnamed = [
      ['type: llm_agent, role: poet', poet, 'spec.steps[0]'],
      ['type: llm_flow, flow: f', flow(), 'spec.steps[0]'],
      ['type: council, council: elders, topic: x', poet + elders(), at('council')],
      [
        'type: council, council: elders, topic: x',
        poet + elders(`, strategy: judge, judge: {roleRef: {name: poet}}`),
        at('council'),
      ],
    ] as const;
    for (const [step, objects, place] of unnamed)
      expect(new Set(found(step, aModel + objects)), step).toEqual(new Set([`ModelNotNamed ${place}`]));
  });

  test('a step may ask for a part of the tools of its role', () => {
    const role = object(
      'AgentRole',
      'coder',
      "{prompt: x, modelRef: {name: small}, tools: [{name: git}, {name: db, mcp: {url: 'https://d.example.com'}}]}",
    );
    expect(found('type: llm_agent, role: coder, tools: [git, db]', model + role)).toEqual([]);
    expect(found('type: llm_agent, role: coder, tools: [git, shell]', model + role)).toEqual([
      `ToolNotFound ${at('tools[1]')}`,
    ]);
  });
});

describe('a Tenant', () => {
  const model = object('Model', 'small', "{modelName: small-1, endpoint: {url: 'https://m.example.com'}}");
  const tenant = (allowed: string, more = '') => object('Tenant', 'default', `{allowed: ${allowed}${more}}`);

  const allowed: Record<string, readonly [allowed: string, step: string]> = {
    'a Method by its id': ['{methods: [http_one]}', 'type: crawler, method: http_one'],
    'a Method by its name': ['{methods: [http-one]}', 'type: crawler, method: http_one'],
    'a Model by its name': ['{models: [small]}', 'type: llm_agent, modelRef: {name: small}'],
    'a Model by what the server calls it': ['{models: [small-1]}', 'type: llm_agent, modelRef: {name: small}'],
    'a tool': ['{tools: [git]}', 'type: llm_agent, modelRef: {name: small}, tools: [git]'],
    'a host': [
      '{hosts: [HOOKS.example.com]}',
      "type: output, format: json, delivery: {method: webhook, url: 'https://u@hooks.example.com:8443/x'}",
    ],
    'any subdomain of a host': [
      "{hosts: ['*.example.com']}",
      "type: wait_for_asset, http: {url: 'https://a.b.example.com'}",
    ],
    'a host that only a template knows': [
      '{hosts: []}',
      "type: wait_for_asset, http: {url: 'https://{{input.host}}/x'}",
    ],
  };
  test.each(Object.entries(allowed))('allows %s', (_, [list, step]) => {
    expect(found(step, tenant(list) + model + methods.http).filter((code) => code.includes('spec.steps'))).toEqual([]);
  });

  const refused: Record<string, readonly [allowed: string, step: string, path: string]> = {
    'a Method': ['{methods: [other]}', 'type: crawler, method: http_one', 'method'],
    'a Model': ['{models: []}', 'type: llm_agent, modelRef: {name: small}', 'modelRef.name'],
    'a tool': ['{tools: [file]}', 'type: llm_agent, modelRef: {name: small}, tools: [git]', 'tools[0]'],
    'a host': ["{hosts: ['*.example.com']}", "type: wait_for_asset, http: {url: 'https://example.com/x'}", 'http.url'],
    'a host with the name of another in front': [
      '{hosts: [example.com]}',
      "type: wait_for_asset, http: {url: 'https://example.com@evil.test/'}",
      'http.url',
    ],
  };
  test.each(Object.entries(refused))('refuses %s', (_, [list, step, path]) => {
    const codes = found(step, tenant(list) + model + methods.http);
    expect(codes.filter((code) => code.includes('spec.steps'))).toContain(`NotAllowed ${at(path)}`);
  });

  test.each([
    ['registry.example.com', true],
    ['registry.example.com/', true],
    ['registry.example.com/a', true],
    ['registry.example.com/a:1', true],
    ['registry.example', false],
    ['registry.example.com/a:', true],
    ['registry.example.com/b', false],
  ])('allows images by prefix: %s', (prefix, isAllowed) => {
    const codes = found('type: validation, checks: {}', tenant(`{images: ['${prefix}']}`) + methods.image);
    expect(codes).toEqual(isAllowed ? [] : ['NotAllowed spec.image.image']);
  });

  test('allows or refuses the images of the servers of tools', () => {
    const role = object(
      'AgentRole',
      'keeper',
      '{prompt: x, modelRef: {name: small}, tools: [{name: db, mcp: {image: registry.example.com/db:1}}]}',
    );
    const step = 'type: llm_agent, role: keeper';
    expect(found(step, tenant('{images: [registry.example.com]}') + model + role)).toEqual([]);
    expect(found(step, tenant('{images: [other.example.com]}') + model + role)).toContain(`NotAllowed ${at('role')}`);
  });

  test('that allows some tools alone wants roles to say which they have', () => {
    const role = object('AgentRole', 'coder', '{prompt: x, role: developer, modelRef: {name: small}}');
    expect(found('type: llm_agent, role: coder', tenant('{tools: [git, file]}') + model + role)).toEqual([]);
    expect(found('type: llm_agent, role: coder', tenant('{tools: [file]}') + model + role)).toContain(
      `NotAllowed ${at('role')}`,
    );
  });

  test('may let another Model answer', () => {
    const overrides = tenant('{models: [small]}', ', modelOverrides: [{from: large, to: small}]');
    expect(found('type: llm_agent, modelRef: {name: large}', overrides + model)).toEqual([]);
  });
});
