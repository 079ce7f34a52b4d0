import { describe, expect, test } from 'vitest';
import { kinds } from '../../api/kinds.ts';
import { parseDocuments } from '../document/parse-documents.ts';
import { formatIssuePath } from '../issue-path.ts';
import { validateDocument } from './validate-document.ts';

/** `LINE:COLUMN Code path` of each issue in the first document, and its message and hint. */
function validate(text: string) {
  const [document] = parseDocuments(text).documents;
  if (document === undefined) throw new Error('the text holds no document');
  return validateDocument(document.value, kinds).map((issue) => {
    const { line, column } = document.locate(issue.path, issue.atKey ? 'key' : 'value');
    return { where: `${line}:${column} ${issue.code} ${formatIssuePath(issue.path)}`.trim(), ...issue };
  });
}

const head = 'apiVersion: conclave.dev/v1alpha1\nkind: Pipeline\nmetadata: {name: demo}\nspec:\n';
/** A Pipeline whose steps begin in line 6. */
const withSteps = (...steps: string[]) => `${head}  steps:\n${steps.map((step) => `    - ${step}\n`).join('')}`;
const crawler = '{name: a, type: crawler, method: m}';

type Case = readonly [sentence: string, text: string, where: string, message: string, hint?: string | undefined];

function expectCases(cases: readonly Case[]): void {
  test.each(cases.map(([sentence, ...rest]) => ({ sentence, rest })))(
    '$sentence',
    ({ rest: [text, where, message, hint] }) => {
      expect(validate(text)).toEqual([expect.objectContaining({ where, message })]);
      expect(validate(text)[0]?.hint).toEqual(hint);
    },
  );
}

describe('a good document has no issues', () => {
  test.each([
    ['a small Pipeline', withSteps(crawler)],
    [
      'a WorkItem with defaults left out',
      'apiVersion: conclave.dev/v1alpha1\nkind: WorkItem\nmetadata: {name: w}\nspec: {pipelineRef: {name: p}}',
    ],
    ['a name that the server makes', withSteps(crawler).replace('name: demo', 'generateName: demo-')],
    [
      'null where there is a default, as the API server takes it',
      'apiVersion: conclave.dev/v1alpha1\nkind: Tenant\nmetadata: {name: default}\nspec: {queue: }',
    ],
    [
      'the metadata that tools leave behind',
      withSteps(crawler).replace('name: demo', 'name: demo, creationTimestamp: null, uid: x, managedFields: []'),
    ],
    [
      'labels and annotations with prefixes',
      withSteps(crawler).replace(
        'name: demo',
        'name: demo, labels: {app.kubernetes.io/name: x, empty: ""}, annotations: {Example.com/Key: "any text"}',
      ),
    ],
  ])('%s', (_, text) => {
    expect(validate(text)).toEqual([]);
  });
});

describe('what a document is', () => {
  expectCases([
    [
      'a kind that is misspelt',
      'apiVersion: conclave.dev/v1alpha1\nkind: Pipline',
      '2:7 UnknownKind kind',
      'unknown kind "Pipline"',
      'did you mean Pipeline?',
    ],
    [
      'a version that does not exist',
      'apiVersion: conclave.dev/v1\nkind: Pipeline',
      '1:13 UnknownApiVersion apiVersion',
      'unknown apiVersion "conclave.dev/v1"',
      'did you mean conclave.dev/v1alpha1?',
    ],
    [
      'a group that is misspelt',
      'apiVersion: conclav.dev/v1alpha1\nkind: Council',
      '1:13 UnknownApiVersion apiVersion',
      'unknown apiVersion "conclav.dev/v1alpha1"',
      'did you mean conclave.dev/v1alpha1?',
    ],
    [
      'a version without its group',
      'apiVersion: v1alpha1\nkind: Tenant',
      '1:13 UnknownApiVersion apiVersion',
      'unknown apiVersion "v1alpha1"',
      'did you mean conclave.dev/v1alpha1?',
    ],
    [
      'no apiVersion',
      'kind: Pipeline',
      '1:1 RequiredField apiVersion',
      'apiVersion is required',
      'write `apiVersion: conclave.dev/v1alpha1`',
    ],
    [
      'no kind',
      'apiVersion: conclave.dev/v1alpha1',
      '1:1 RequiredField kind',
      'kind is required',
      'write `kind: Pipeline`, for example',
    ],
    [
      'a kind that is no text',
      'apiVersion: conclave.dev/v1alpha1\nkind: 3',
      '2:7 WrongType kind',
      'must be text, found the number 3',
      'write `kind: Pipeline`, for example',
    ],
    [
      'a list instead of an object',
      '- a',
      '1:1 NotAnObject',
      'a document must be an object, found a list',
      'begin with `apiVersion: conclave.dev/v1alpha1` and `kind:`',
    ],
  ]);

  test.each(['apps/v1', 'tekton.dev/v1', 'v1'])('an object of %s is passed over with a note', (apiVersion) => {
    expect(validate(`apiVersion: ${apiVersion}\nkind: Deployment`)).toEqual([
      expect.objectContaining({ where: '1:1 OtherGroup', severity: 'note' }),
    ]);
  });
});

describe('metadata', () => {
  const withMetadata = (metadata: string) => withSteps(crawler).replace('{name: demo}', metadata);
  const nameRule = 'must consist of lower-case letters, digits, `-` and `.`, and begin and end with a letter or digit';
  const qualifiedRule = 'must consist of letters, digits, `-`, `_` and `.`, and begin and end with a letter or digit';
  expectCases([
    [
      'no name',
      withMetadata('{labels: {a: b}}'),
      '3:11 RequiredField metadata.name',
      'name is required',
      'give the object a name, unique in its namespace',
    ],
    ['a name with capitals', withMetadata('{name: Demo}'), '3:18 InvalidName metadata.name', `"Demo" ${nameRule}`],
    [
      'a namespace with a dot',
      withMetadata('{name: a, namespace: b.c}'),
      '3:32 InvalidName metadata.namespace',
      '"b.c" must consist of lower-case letters, digits and `-`, and begin and end with a letter or digit',
    ],
    [
      'a prefix that no name can begin with',
      withMetadata('{generateName: _a-}'),
      '3:26 InvalidName metadata.generateName',
      `"_a-" ${nameRule}`,
    ],
    [
      'a list instead of fields',
      withMetadata('[name]'),
      '3:11 WrongType metadata',
      'must be an object, found a list',
      expect.any(String) as string,
    ],
    [
      'a namespace that is too long',
      withMetadata(`{name: a, namespace: ${'n'.repeat(64)}}`),
      '3:32 TooLong metadata.namespace',
      'must have at most 63 characters, has 64',
      'Namespace; that is the tenant.',
    ],
    [
      'a label key that is too long behind its prefix',
      withMetadata(`{name: a, labels: {example.com/${'k'.repeat(64)}: d}}`),
      expect.stringMatching(/^3:30 InvalidName metadata\.labels/) as string,
      expect.stringMatching(/ must have at most 63 characters after the `\/`$/) as string,
    ],
    [
      'a label value that is too long',
      withMetadata(`{name: a, labels: {b: ${'v'.repeat(64)}}}`),
      '3:33 InvalidName metadata.labels.b',
      expect.stringMatching(/ must have at most 63 characters$/) as string,
    ],
    [
      'a label key with a space',
      withMetadata('{name: a, labels: {"b c": d}}'),
      '3:30 InvalidName metadata.labels[b c]',
      `"b c" ${qualifiedRule}`,
    ],
    [
      'a label value with a space',
      withMetadata('{name: a, labels: {b: "c d"}}'),
      '3:33 InvalidName metadata.labels.b',
      `"c d" ${qualifiedRule}`,
    ],
    [
      'a label value that is no text',
      withMetadata('{name: a, labels: {b: 1}}'),
      '3:33 WrongType metadata.labels.b',
      'must be text, found the number 1',
      'put it in quotes: "1"',
    ],
    [
      'an annotation key with two slashes',
      withMetadata('{name: a, annotations: {b/c/d: e}}'),
      '3:35 InvalidName metadata.annotations[b/c/d]',
      '"b/c/d" must have at most one `/`',
    ],
    [
      'an annotation key with a bad prefix',
      withMetadata('{name: a, annotations: {b_c/d: e}}'),
      '3:35 InvalidName metadata.annotations[b_c/d]',
      `"b_c/d" the part before the \`/\` ${nameRule}`,
    ],
    [
      'a field that is misspelt',
      withMetadata('{name: a, label: {}}'),
      '3:21 UnknownField metadata.label',
      'unknown field "label"',
      'did you mean labels?',
    ],
    [
      'annotations that are too large',
      withMetadata(`{name: a, annotations: {a: "${'x'.repeat(262_145)}"}}`),
      '3:34 TooLong metadata.annotations',
      'annotations take 262146 bytes; at most 262144 are allowed',
    ],
  ]);
});

describe('the schema', () => {
  const types =
    'crawler, wait_for_asset, ml_model, ml_serving, llm_flow, llm_agent, function, loop, validation, output, custom_code, parallel_group, conditional, data_transform, ml_training, council, approval';
  const method = 'Method to call: its `spec.id`, or its name with `_` for `-`. May contain templates.';
  expectCases([
    [
      'a step of unknown type',
      withSteps('{name: a, type: crawlr}'),
      '6:23 UnknownType spec.steps[0].type',
      'unknown type "crawlr"',
      'did you mean crawler?',
    ],
    [
      'a step of a type like no other',
      withSteps('{name: a, type: 7}'),
      '6:23 UnknownType spec.steps[0].type',
      'unknown type the number 7',
      `known types: ${types}`,
    ],
    [
      'a step without a type',
      withSteps('name: a'),
      '6:7 RequiredField spec.steps[0].type',
      'type is required',
      `known types: ${types}`,
    ],
    [
      'a missing field',
      withSteps('name: a\n      type: crawler'),
      '6:7 RequiredField spec.steps[0].method',
      'method is required',
      method,
    ],
    [
      'a missing field of free JSON',
      withSteps('{name: a, type: loop, loopVariable: x, steps: [{name: b, type: crawler, method: m}]}'),
      '6:7 RequiredField spec.steps[0].iterateOver',
      'iterateOver is required',
      'The list, or a template that gives one.',
    ],
    [
      'a field in snake case',
      withSteps('{name: a, type: crawler, method: m, depends_on: [b]}'),
      '6:43 UnknownField spec.steps[0].depends_on',
      'unknown field "depends_on"',
      'did you mean dependsOn?',
    ],
    [
      'a field of another type of step',
      withSteps('{name: a, type: crawler, method: m, prompt: x}'),
      '6:43 UnknownField spec.steps[0].prompt',
      'unknown field "prompt"',
      'prompt goes with the type llm_flow',
    ],
    [
      'a field that is like none',
      withSteps(crawler).replace('spec:', 'extraordinary: 1\nspec:'),
      '4:1 UnknownField extraordinary',
      'unknown field "extraordinary"',
      'fields here: apiVersion, kind, metadata, spec, status',
    ],
    [
      '`__proto__` as a field',
      withSteps('{name: a, type: crawler, method: m, __proto__: 1}'),
      '6:43 UnknownField spec.steps[0].__proto__',
      'unknown field "__proto__"',
      expect.stringMatching(/^fields here: name, description, dependsOn, /) as string,
    ],
    [
      'a number where text belongs',
      withSteps('{name: a, type: crawler, method: 3}'),
      '6:40 WrongType spec.steps[0].method',
      'must be text, found the number 3',
      'put it in quotes: "3"',
    ],
    [
      'text where a number belongs',
      withSteps('{name: a, type: crawler, method: m, timeoutSeconds: "60"}'),
      '6:59 WrongType spec.steps[0].timeoutSeconds',
      'must be a number, found the text "60"',
      'take the quotes away',
    ],
    [
      'a fraction where a whole number belongs',
      withSteps('{name: a, type: crawler, method: m, timeoutSeconds: 1.5}'),
      '6:59 WrongType spec.steps[0].timeoutSeconds',
      'must be a whole number, found the number 1.5',
      'Time that one attempt may take, in seconds; `defaults.timeoutSeconds` when left out.',
    ],
    [
      'one name where a list belongs',
      withSteps('{name: a, type: crawler, method: m, dependsOn: b}'),
      '6:54 WrongType spec.steps[0].dependsOn',
      'must be a list, found the text "b"',
      'begin each entry with `- `',
    ],
    [
      'an empty entry in a list',
      withSteps(crawler, ''),
      '7:5 WrongType spec.steps[1]',
      'must be an object, found nothing (null)',
      'One step. `type` decides which other fields it has.',
    ],
    [
      'neither number nor text',
      withSteps('{name: a, type: crawler, method: m, resources: {cpu: true}}'),
      '6:60 WrongType spec.steps[0].resources.cpu',
      'must be a number or text, found true',
      'Processor time, in cores. A Kubernetes quantity.',
    ],
    [
      'a word that is not allowed',
      `${withSteps(crawler)}  execution: {mode: brav}\n`,
      '7:21 InvalidValue spec.execution.mode',
      'must be one of brave, safe, found the text "brav"',
      'did you mean brave?',
    ],
    [
      'the one word that is allowed',
      withSteps('{name: a, type: ml_serving, serviceName: s, executionMode: api}'),
      '6:66 InvalidValue spec.steps[0].executionMode',
      'must be k8s, found the text "api"',
    ],
    [
      'a number that is too small',
      withSteps('{name: a, type: crawler, method: m, timeoutSeconds: 0}'),
      '6:59 OutOfRange spec.steps[0].timeoutSeconds',
      'must be at least 1, found 0',
      'Time that one attempt may take, in seconds; `defaults.timeoutSeconds` when left out.',
    ],
    [
      'a number that is too large',
      `${withSteps(crawler)}  execution: {maxParallel: 1001}\n`,
      '7:28 OutOfRange spec.execution.maxParallel',
      'must be at most 1000, found 1001',
      'Steps of one run that may run at the same time; 16 by default.',
    ],
    [
      'empty text',
      withSteps('{name: a, type: crawler, method: ""}'),
      '6:40 TooShort spec.steps[0].method',
      'must not be empty',
      method,
    ],
    [
      'text that is too long',
      withSteps(`{name: a, type: crawler, method: ${'m'.repeat(300)}}`),
      '6:40 TooLong spec.steps[0].method',
      'must have at most 253 characters, has 300',
      method,
    ],
    [
      'an empty list',
      `${head}  steps: []\n`,
      '5:10 TooShort spec.steps',
      'must have at least 1 item, has 0',
      'The steps. Those without dependencies between them run side by side.',
    ],
    [
      'a name of the wrong form',
      withSteps('{name: 1a, type: crawler, method: m}'),
      '6:14 InvalidFormat spec.steps[0].name',
      '"1a" must match ^[A-Za-z_][A-Za-z0-9_-]*$',
      'Name of the step, unique in the Pipeline, children included. Templates and decisions refer to it.',
    ],
    [
      'a form that only the metadata of the schema knows',
      withSteps('{name: a, type: custom_code, runtime: cobol, code: {source: inline, content: x}}'),
      '6:45 InvalidFormat spec.steps[0].runtime',
      '"cobol" must match ^(python3(\\.[0-9]+)?|javascript|node[0-9]+)$',
      '`python3.12`, `python3`, `javascript` or `node24`.',
    ],
    [
      'a quantity of the wrong form, as text alone may be wrong',
      withSteps('{name: a, type: crawler, method: m, resources: {memory: 1x}}'),
      '6:63 InvalidFormat spec.steps[0].resources.memory',
      '"1x" must match ^[0-9]+(\\.[0-9]+)?(m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?$',
      'Memory. A Kubernetes quantity.',
    ],
    [
      'a key that is too long',
      withSteps(`{name: a, type: crawler, method: m, inputs: {${'k'.repeat(64)}: {value: 1}}}`),
      expect.stringMatching(/^6:52 InvalidKey spec\.steps\[0\]\.inputs/) as string,
      'the key is not allowed here',
    ],
    [
      'a mistake in a step within a step',
      withSteps('{name: a, type: parallel_group, steps: [{name: b, type: crawler}]}'),
      '6:47 RequiredField spec.steps[0].steps[0].method',
      'method is required',
      method,
    ],
    [
      'no spec',
      'apiVersion: conclave.dev/v1alpha1\nkind: Pipeline\nmetadata: {name: a}',
      '1:1 RequiredField spec',
      'spec is required',
      'What the pipeline does.',
    ],
    [
      'two steps of one name',
      withSteps(crawler, crawler),
      '7:14 DuplicateItem spec.steps[1].name',
      'the name "a" is taken by item 0 of the list already',
      'each may stand in the list once',
    ],
    [
      'the same dependency twice',
      withSteps('{name: a, type: crawler, method: m, dependsOn: [b, b]}'),
      '6:58 DuplicateItem spec.steps[0].dependsOn[1]',
      '"b" is taken by item 0 of the list already',
      'each may stand in the list once',
    ],
    [
      'too many properties',
      withSteps(
        `{name: a, type: crawler, method: m, outputs: {${Array.from({ length: 65 }, (_, i) => `k${i}: v`).join(', ')}}}`,
      ),
      '6:52 TooLong spec.steps[0].outputs',
      'must have at most 64 properties, has 65',
    ],
  ]);

  test('a value that is nested too deep is told as a whole', () => {
    let value: unknown = [];
    for (let depth = 0; depth < 200; depth++) value = [value];
    const document = {
      apiVersion: 'conclave.dev/v1alpha1',
      kind: 'Pipeline',
      metadata: { name: 'a' },
      spec: { value },
    };
    expect(validateDocument(document, kinds).map(({ code }) => code)).toEqual(['NestedTooDeep']);
  });

  test('all mistakes are told at once', () => {
    const text = withSteps('{name: 1a, type: crawler, methd: x, timeoutSeconds: 0}', '{name: b, type: crawlr}');
    expect(validate(text).map(({ where }) => where)).toEqual([
      '6:14 InvalidFormat spec.steps[0].name',
      '6:59 OutOfRange spec.steps[0].timeoutSeconds',
      '6:7 RequiredField spec.steps[0].method',
      '6:33 UnknownField spec.steps[0].methd',
      '7:23 UnknownType spec.steps[1].type',
    ]);
  });

  test('more than a thousand mistakes are cut off', () => {
    const issues = validate(
      withSteps(crawler).replace(
        'spec:\n',
        `spec:\n${Array.from({ length: 3000 }, (_, i) => `  k${i}: 1\n`).join('')}`,
      ),
    );
    expect(issues).toHaveLength(1001);
    expect(issues.at(-1)?.code).toBe('TooManyIssues');
  });
});

describe('the CEL rules of the schemas', () => {
  const workItem = (spec: string) =>
    `apiVersion: conclave.dev/v1alpha1\nkind: WorkItem\nmetadata: {name: w}\nspec: ${spec}`;
  const council = (spec: string) =>
    `apiVersion: conclave.dev/v1alpha1\nkind: Council\nmetadata: {name: c}\nspec: ${spec}`;
  expectCases([
    [
      'on a whole object',
      'apiVersion: conclave.dev/v1alpha1\nkind: Tenant\nmetadata: {name: other}\nspec: {}',
      '1:1 RuleViolated',
      'a namespace has one Tenant, and its name is default',
    ],
    [
      'on a spec',
      workItem('{pipelineRef: {name: a}, pipelineSpec: {steps: [{name: a, type: crawler, method: m}]}}'),
      '4:7 RuleViolated spec',
      'exactly one of pipelineRef, pipelineSpec and councilRef must be given',
    ],
    [
      'on a step by its type',
      withSteps('{name: a, type: llm_flow, flow: f, prompt: p}'),
      '6:7 RuleViolated spec.steps[0]',
      'a step of type llm_flow needs exactly one of flow and prompt',
    ],
    [
      'on a step within a step, which only this code looks at',
      withSteps('{name: a, type: parallel_group, steps: [{name: b, type: llm_flow}]}'),
      '6:47 RuleViolated spec.steps[0].steps[0]',
      'a step of type llm_flow needs exactly one of flow and prompt',
    ],
    [
      'on whole numbers',
      council('{roleRef: {name: r}, size: 3, quorum: 4}'),
      '4:7 RuleViolated spec',
      'quorum must not be greater than the number of members',
    ],
    [
      'after defaults were filled in',
      council('{roleRef: {name: r}, judge: {roleRef: {name: j}}}'),
      '4:7 RuleViolated spec',
      'the strategy judge needs a judge, and no other strategy has one',
    ],
    [
      'beside a mistake elsewhere',
      council('{roleRef: {name: r}, size: 3, quorum: 4, sed: 1}'),
      '4:48 UnknownField spec.sed',
      'unknown field "sed"',
      'did you mean seed?',
    ],
  ]);

  test('that stumble over what the schema refused below say nothing', () => {
    expect(validate(council('{roleRef: {name: r}, size: 3, quorum: many}')).map(({ where }) => where)).toEqual([
      '4:45 WrongType spec.quorum',
    ]);
  });

  test('of the status: a time that is none', () => {
    const text = `${workItem('{pipelineRef: {name: a}}')}\nstatus: {steps: [{path: a, phase: Running, startedAt: yesterday}]}`;
    expect(validate(text)).toEqual([
      expect.objectContaining({ code: 'InvalidFormat', message: '"yesterday" must be a valid datetime' }),
    ]);
  });

  test('about changes are left to the API server', () => {
    expect(validate(workItem('{pipelineRef: {name: a}, cancel: true, retryCount: 1}'))).toEqual([]);
  });

  test('are evaluated although a deeper value is wrong', () => {
    const text = workItem('{pipelineRef: {nam: a}, pipelineSpec: {steps: [{name: a, type: crawler, method: m}]}}');
    expect(validate(text).map(({ where }) => where)).toEqual([
      '4:21 RequiredField spec.pipelineRef.name',
      '4:22 UnknownField spec.pipelineRef.nam',
      '4:7 RuleViolated spec',
    ]);
  });
});
