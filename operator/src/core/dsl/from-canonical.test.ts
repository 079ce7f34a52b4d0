import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { kinds } from '../../api/kinds.ts';
import { parseDocuments } from '../document/parse-documents.ts';
import { isError } from '../issue.ts';
import { formatIssuePath } from '../issue-path.ts';
import { valueAt } from '../validation/schema-view.ts';
import { validateDocument } from '../validation/validate-document.ts';
import { fromCanonical } from './from-canonical.ts';

const example = readFileSync(new URL('../../testing/examples/investigation.yaml', import.meta.url), 'utf8');
const parse = (text: string) => parseDocuments(text).documents[0]?.value as object;
const head = 'version: "1.0"\npipeline_id: p\nworkspace_id: w\nproject_id: x\n';
const step = 'steps: [{id: a, type: crawler, method: m}]\n';

/** The manifests of a document. */
function manifestsOf(text: string): unknown[] {
  return fromCanonical(parse(text)).manifests.map(({ value }) => value);
}

/** What stands in a manifest at a path. */
const at = (manifest: unknown, ...path: readonly (string | number)[]) => valueAt(manifest, path);
const keysAt = (manifest: unknown, ...path: readonly (string | number)[]) => Object.keys(at(manifest, ...path) ?? {});

/** What is wrong with a document, as a user is told it: the document's own paths. */
function mistakesIn(text: string): string[] {
  const { manifests, issues } = fromCanonical(parse(text));
  const made = manifests.flatMap((manifest) =>
    validateDocument(manifest.value, kinds).map((issue) => ({ ...issue, path: manifest.originOf(issue.path) })),
  );
  return [...issues, ...made]
    .filter(isError)
    .map(
      ({ code, path, hint }) => `${code} ${formatIssuePath(path)}${code === 'UnknownField' ? `: ${hint ?? ''}` : ''}`,
    );
}

describe('the investigation example', () => {
  const [pipeline, ...others] = manifestsOf(example);
  const steps = at(pipeline, 'spec', 'steps') as readonly { readonly name: string }[];
  const stepCalled = (name: string) => steps.find((step) => step.name === name);

  test('becomes one valid Pipeline', () => {
    expect(others).toEqual([]);
    expect(mistakesIn(example)).toEqual([]);
    expect(pipeline).toMatchObject({ apiVersion: 'conclave.dev/v1alpha1', kind: 'Pipeline' });
  });

  test('is named by its pipeline_id, and keeps workspace and project', () => {
    expect(at(pipeline, 'metadata')).toMatchObject({
      name: 'social-media-investigation-v2',
      labels: { 'conclave.dev/project': 'project-xyz789' },
      annotations: {
        'conclave.dev/workspace_id': 'workspace-abc123',
        'conclave.dev/project_id': 'project-xyz789',
      },
    });
    expect(at(pipeline, 'spec')).toMatchObject({ displayName: 'Social Media Risk Assessment', version: '1.0' });
  });

  test('has its minutes as seconds and its cost as text', () => {
    expect(at(pipeline, 'spec', 'execution')).toEqual({
      mode: 'brave',
      timeoutSeconds: 7200,
      estimatedCostUnits: '25',
      estimatedDurationSeconds: 900,
    });
    expect(stepCalled('wait_for_silver')).toMatchObject({ timeoutSeconds: 600, pollIntervalSeconds: 5 });
  });

  test('may say its cost as text', () => {
    const [manifest] = manifestsOf(`${head}execution: {estimated_cost_units: "2.50"}\n${step}`);
    expect(at(manifest, 'spec', 'execution', 'estimatedCostUnits')).toBe('2.50');
  });

  test('keeps a replay that is not enabled in an annotation', () => {
    expect(JSON.parse(String(at(pipeline, 'metadata', 'annotations', 'conclave.dev/replay')))).toEqual({
      enabled: false,
      original_execution_id: 'exec-12345',
      replay_from_step: 'validate_results',
    });
  });

  test('declares the inputs that it uses as parameters', () => {
    expect(at(pipeline, 'spec', 'parameters')).toEqual([
      { name: 'target_username' },
      { name: 'sources' },
      { name: 'target_fb_id' },
    ]);
  });

  test('spells the fields of the language in camel case, at every depth', () => {
    expect(stepCalled('collect_twitter')).toMatchObject({
      retryPolicy: { maxAttempts: 3, backoff: 'exponential', maxBackoffSeconds: 60 },
      check: [
        { notExists: 'profile.profile_picture', run: 'collect_twitter2' },
        { boolean: 'size(profile.recent_posts) > 0', run: 'analyze_sentiment' },
      ],
      onError: { fallbackStep: 'collect_twitter2', continueOnFailure: false },
    });
    const conditional = stepCalled('conditional_investigation');
    expect(at(conditional, 'branches', 'ifTrue', 'steps', 0, 'name')).toBe('deep_dive');
    expect(stepCalled('parallel_network_analysis')).toMatchObject({
      parallelConfig: { maxParallel: 3 },
      onSuccess: { routes: [{ steps: [{ name: 'deep_network_analysis' }] }] },
    });
    expect(at(stepCalled('train_custom_model'), 'training')).toMatchObject({
      modelType: 'llm',
      trainingData: { source: '{{wait_for_silver.assets.silver.twitter_profiles}}' },
      experimentName: 'custom_models',
    });
  });

  test('keeps the keys that its author chose', () => {
    expect(keysAt(stepCalled('recognize_faces'), 'outputs')).toEqual(['face_embedding']);
    expect(at(stepCalled('analyze_behavioral_patterns'), 'agentConfig')).toEqual({
      graph_definition: 'behavioral_analysis_v2',
      nodes: [
        { id: 'gather_context', type: 'llm', model: 'sonnet-4.5' },
        { id: 'risk_assessment', type: 'llm', model: 'sonnet-4.5' },
      ],
      max_iterations: 5,
    });
  });
});

describe('names', () => {
  const metadataOf = (id: string) => at(manifestsOf(`pipeline_id: ${JSON.stringify(id)}\n${step}`)[0], 'metadata');

  test('stay what they are when a Kubernetes object can have them', () => {
    expect(metadataOf('a.b-1')).toEqual({ name: 'a.b-1' });
  });

  test.each(['Social Media v2!', '', '---', 'ÄÖ', 'x'.repeat(300), 'a_b', 'A_B', '😀'.repeat(100)])(
    'are made fit, and %j is kept in an annotation',
    (id) => {
      const metadata = metadataOf(id);
      expect(at(metadata, 'name')).toMatch(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
      expect(at(metadata, 'annotations')).toEqual({ 'conclave.dev/pipeline_id': id });
    },
  );

  test('differ where the identifiers differ', () => {
    const ids = ['a b', 'a_b', 'A b', 'a  b', `${'x'.repeat(300)}1`, `${'x'.repeat(300)}2`];
    expect(new Set(ids.map((id) => at(metadataOf(id), 'name'))).size).toBe(ids.length);
  });

  test('of projects are made fit for a label', () => {
    const [pipeline] = manifestsOf(`pipeline_id: p\nproject_id: "Unit 7 / Fraud"\n${step}`);
    expect(at(pipeline, 'metadata', 'annotations', 'conclave.dev/project_id')).toBe('Unit 7 / Fraud');
    expect(at(pipeline, 'metadata', 'labels', 'conclave.dev/project')).toMatch(/^Unit-7-Fraud-[0-9a-f]{8}$/);
  });
});

describe('parameters', () => {
  const parametersOf = (text: string) => at(manifestsOf(`${head}${text}`)[0], 'spec', 'parameters');

  test('that are declared stay, and those that are used but not declared follow', () => {
    const declared = 'parameters: [{name: b, default: 1}, {name: unused}]\n';
    const used = "steps: [{id: s, type: crawler, method: 'm_{{input.a}}', inputs: {x: {from: ['{{ input.b.c }}']}}}]";
    expect(parametersOf(declared + used)).toEqual([{ name: 'b', default: 1 }, { name: 'unused' }, { name: 'a' }]);
  });

  test('that only an `or` names may be left out', () => {
    const used = "inputs: {x: {or: ['{{input.a}}', '{{input.b}}']}, y: {from: '{{input.b}}'}}";
    expect(parametersOf(`steps: [{id: s, type: crawler, method: m, ${used}}]`)).toEqual([
      { name: 'b' },
      { name: 'a', required: false },
    ]);
  });

  test.each([
    ['an expression', "when: '{{input.a}} > 1'"],
    ['a check', "check: {boolean: 'x > {{input.a}}', run: s}"],
    ['a route', "on_success: {routes: [{match: {expression: '{{input.a}}'}, run: s}]}"],
    [
      'a step of a route',
      "on_success: {routes: [{match: {expression: 'true'}, steps: [{id: t, type: crawler, method: '{{input.a}}'}]}]}",
    ],
    ['the name of an asset', "outputs: {x: 'data_{{input.a}}'}"],
  ])('are found in %s', (_, field) => {
    expect(parametersOf(`steps: [{id: s, type: crawler, method: m, ${field}}]`)).toEqual([{ name: 'a' }]);
  });

  test('are found in the only branch of a conditional', () => {
    const inner = "[{id: b, type: crawler, method: '{{input.a}}'}]";
    const branches = (which: string) =>
      `steps: [{id: c, type: conditional, condition: {expression: 'true'}, branches: {${which}: {steps: ${inner}}}}]`;
    expect([branches('if_true'), branches('if_false')].map(parametersOf)).toEqual([[{ name: 'a' }], [{ name: 'a' }]]);
  });

  test('are found in exit steps and outputs', () => {
    const text = `${step}on_exit: [{id: b, type: crawler, method: '{{input.x}}'}]\noutputs: {o: {from: '{{input.y}}'}}`;
    expect(parametersOf(text)).toEqual([{ name: 'x' }, { name: 'y' }]);
  });

  test.each([
    ['a literal value', "inputs: {x: {value: '{{input.a}}'}}"],
    ['another variable', "inputs: {x: {from: '{{inputs.a}}'}}"],
    ['a name that no parameter can have', "inputs: {x: {from: '{{input.a-b}}'}}"],
    ['all inputs at once', "inputs: {x: {from: '{{input}}'}}"],
  ])('are not made of %s', (_, field) => {
    expect(parametersOf(`steps: [{id: s, type: crawler, method: m, ${field}}]`)).toBeUndefined();
  });
});

describe('a replay', () => {
  const replay = 'replay: {enabled: true, original_execution_id: run-7, replay_from_step: a}\n';

  test('that is enabled becomes a WorkItem', () => {
    expect(manifestsOf(head + replay + step)[1]).toEqual({
      apiVersion: 'conclave.dev/v1alpha1',
      kind: 'WorkItem',
      metadata: { name: 'p-replay' },
      spec: { pipelineRef: { name: 'p' }, project: 'x', replay: { workItemName: 'run-7', fromStep: 'a' } },
    });
  });

  test('stands in the namespace of its Pipeline, with what the document says of the WorkItem', () => {
    const more = 'metadata: {namespace: team}\nwork_item: {inputs: {A_b: 1}, sla_seconds: 60, project: null}\n';
    expect(manifestsOf(head + replay + more + step)[1]).toMatchObject({
      metadata: { name: 'p-replay', namespace: 'team' },
      spec: { inputs: { A_b: 1 }, slaSeconds: 60 },
    });
    expect(at(manifestsOf(head + replay + more + step)[1], 'spec')).not.toHaveProperty('project');
  });

  test('of a pipeline with the longest name still fits', () => {
    const id = 'x'.repeat(253);
    const [, workItem] = manifestsOf(`pipeline_id: ${id}\n${replay}${step}`);
    expect(at(workItem, 'metadata', 'name')).toHaveLength(253);
    expect(at(workItem, 'spec', 'pipelineRef', 'name')).toBe(id);
  });
});

describe('mistakes', () => {
  test.each<[string, string, string[]]>([
    ['an unknown field of the document', 'stepz: 1\n', ['UnknownField stepz: did you mean steps?']],
    ['a Kubernetes spelling', 'onExit: []\n', ['UnknownField onExit: did you mean on_exit?']],
    ['the display name of a manifest', 'displayName: x\n', ['UnknownField displayName: did you mean name?']],
    [
      'two ways to say one thing',
      'execution: {timeout_minutes: 1, timeout_seconds: 60}\n',
      ['AmbiguousField execution.timeout_seconds'],
    ],
    [
      'an annotation that a field says',
      'metadata: {annotations: {conclave.dev/workspace_id: v}}\n',
      ['AmbiguousField metadata.annotations[conclave.dev/workspace_id]'],
    ],
    ['a name in metadata', 'metadata: {name: q}\n', ['UnknownField metadata.name: pipeline_id names the object']],
    ['metadata that is text', 'metadata: q\n', ['WrongType metadata']],
    ['labels that are a number', 'metadata: {labels: 3}\n', ['WrongType metadata.labels']],
    [
      'metadata of a WorkItem that are text, beside a namespace',
      'metadata: {namespace: team}\nwork_item: {metadata: q}\n',
      ['WrongType work_item.metadata'],
    ],
    ['a label that is a number', 'metadata: {labels: {a: 1}}\n', ['WrongType metadata.labels.a']],
    [
      'an execution that is a number',
      'replay: {original_execution_id: 5}\n',
      ['WrongType replay.original_execution_id'],
    ],
    ['a replay that is text', 'replay: "yes"\n', ['WrongType replay']],
    ['an unknown field of replay', 'replay: {enabld: true}\n', ['UnknownField replay.enabld: did you mean enabled?']],
    [
      'a replay that is half said',
      'replay: {enabled: true, original_execution_id: r}\n',
      ['RequiredField replay.replay_from_step'],
    ],
    [
      'a replay of what is no object',
      'replay: {enabled: true, original_execution_id: R_1, replay_from_step: a}\n',
      ['InvalidFormat replay.original_execution_id'],
    ],
    [
      'a WorkItem of another pipeline',
      'work_item: {pipeline_ref: {name: q}}\n',
      ['UnknownField work_item.pipeline_ref: '],
    ],
    [
      'a misspelled field of a WorkItem',
      'work_item: {priorty: high}\n',
      ['UnknownField work_item.priorty: did you mean priority?'],
    ],
    ['a work item that is a list', 'work_item: []\n', ['WrongType work_item']],
  ])('%s', (_, text, expected) => {
    expect(mistakesIn(head + text + step)).toEqual(expected);
  });

  test.each<[string, string, string[]]>([
    [
      'a name where an id belongs',
      'name: a, type: crawler, method: m',
      ['UnknownField steps[0].name: did you mean id?', 'RequiredField steps[0].id'],
    ],
    ['an id that is no name', 'id: "2nd", type: crawler, method: m', ['InvalidFormat steps[0].id']],
    ['an id that is too long', `id: ${'x'.repeat(64)}, type: crawler, method: m`, ['TooLong steps[0].id']],
    [
      'a field of another type',
      'id: a, type: crawler, method: m, flow: f',
      ['UnknownField steps[0].flow: flow goes with the type llm_flow'],
    ],
    [
      'a misspelled field',
      'id: a, type: crawler, method: m, dependson: [b]',
      ['UnknownField steps[0].dependson: did you mean depends_on?'],
    ],
    [
      'an object where a quantity belongs',
      'id: a, type: crawler, method: m, resources: {cpu: {a: 1}}',
      ['WrongType steps[0].resources.cpu'],
    ],
    ['a type that nobody knows', 'id: a, type: crawl, max_paralel: 3', ['UnknownType steps[0].type']],
    ['no type', 'id: a', ['RequiredField steps[0].type']],
    [
      'a field that is missing',
      'id: a, type: loop, iterate_over: [], steps: [{id: b, type: crawler}]',
      ['RequiredField steps[0].loop_variable', 'RequiredField steps[0].steps[0].method'],
    ],
    [
      'a value out of bounds',
      'id: a, type: crawler, method: m, timeout_minutes: -1',
      ['OutOfRange steps[0].timeout_minutes'],
    ],
    [
      'a part of a minute that is no second',
      'id: a, type: crawler, method: m, timeout_minutes: 0.001',
      ['WrongType steps[0].timeout_minutes'],
    ],
    [
      'minutes that are a word',
      'id: a, type: crawler, method: m, timeout_minutes: soon',
      ['WrongType steps[0].timeout_minutes'],
    ],
    [
      'a mistake in a single check',
      'id: a, type: crawler, method: m, check: {not_exists: x, runn: b}',
      ['UnknownField steps[0].check.runn: did you mean run?', 'RequiredField steps[0].check.run'],
    ],
    [
      "a manifest's spelling in an open object",
      'id: a, type: ml_training, training: {method: m, modelType: llm}',
      ['UnknownField steps[0].training.modelType: did you mean model_type?'],
    ],
  ])('in a step: %s', (_, fields, expected) => {
    expect(mistakesIn(`${head}steps: [{${fields}}]`)).toEqual(expected);
  });

  test.each([
    ['steps that are no list', 'steps: {a: b}', 'WrongType steps'],
    ['steps that are no objects', 'steps: [a, null, 3]', 'WrongType steps[0]'],
    ['no steps', 'name: x', 'RequiredField steps'],
    ['no pipeline_id', 'version: "1"\nsteps: [{id: a, type: crawler, method: m}]', 'RequiredField pipeline_id'],
    [
      'a pipeline_id that is a number',
      'pipeline_id: 3\nsteps: [{id: a, type: crawler, method: m}]',
      'WrongType pipeline_id',
    ],
    ['a workspace that is a number', `pipeline_id: p\nworkspace_id: 3\n${step}`, 'WrongType workspace_id'],
    ['a project that is a list', `pipeline_id: p\nproject_id: []\n${step}`, 'WrongType project_id'],
    ['a version that is a number', `pipeline_id: p\nversion: 1.0\n${step}`, 'WrongType version'],
    ['parameters that are no list', `parameters: {a: 1}\n${step}`, 'WrongType parameters'],
  ])('%s', (_, text, expected) => {
    expect(mistakesIn(text.includes('pipeline_id') || text.startsWith('version') ? text : `${head}${text}`)).toContain(
      expected,
    );
  });

  test('of leaving out what the canonical form asks for are warnings', () => {
    const { issues } = fromCanonical(parse(`pipeline_id: p\n${step}`));
    expect(issues.map(({ severity, path }) => [severity, ...path])).toEqual([
      ['warning', 'version'],
      ['warning', 'workspace_id'],
      ['warning', 'project_id'],
    ]);
  });
});

describe('hostile documents', () => {
  test('with keys that JavaScript knows are only data', () => {
    const text = `{"pipeline_id": "p", "__proto__": {"polluted": 1}, "steps": [{"id": "a", "type": "crawler", "method": "m",
      "inputs": {"__proto__": {"value": 1}, "constructor": {"value": 2}}, "outputs": {"__proto__": "x"}}]}`;
    const { manifests, issues } = fromCanonical(parse(text));
    expect(issues.filter(isError).map(({ path }) => path)).toEqual([['__proto__']]);
    const step = ['spec', 'steps', 0];
    expect(keysAt(manifests[0]?.value, ...step, 'inputs')).toEqual(['__proto__', 'constructor']);
    expect(keysAt(manifests[0]?.value, ...step, 'outputs')).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(at(manifests[0]?.value, ...step, 'inputs'))).toBe(Object.prototype);
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });

  test('that are nested too deep are refused', () => {
    let value: object = {};
    for (let depth = 0; depth < 100_000; depth++) value = { steps: [value] };
    expect(fromCanonical(value)).toMatchObject({ manifests: [], issues: [{ code: 'NestedTooDeep' }] });
  });

  test('with very many mistakes end soon, and tell some of them', () => {
    const fields = Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`field${index}`, 1]));
    const started = performance.now();
    const document = { ...fields, replay: fields, metadata: { labels: fields }, work_item: fields, steps: [fields] };
    expect(fromCanonical(document).issues.length).toBeLessThanOrEqual(1200);
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});
