import { describe, expect, test } from 'vitest';
import { codesAt, judgeText } from '../../testing/judge-text.ts';
import { unknownWorld } from './world.ts';

const head = (kind: string, name: string) =>
  `apiVersion: conclave.dev/v1alpha1\nkind: ${kind}\nmetadata: {name: ${name}}\n`;
const pipelineSpec = `{parameters: [{name: who, type: string}, {name: times, type: integer, default: 1}, {name: note, required: false}], steps: [{name: greet, type: validation, checks: {}}]}`;
const pipeline = `${head('Pipeline', 'hello')}spec: ${pipelineSpec}\n---\n`;

/** What is said of a WorkItem with these fields, where nothing else is known than the Pipeline `hello`. */
function found(spec: string, known = unknownWorld) {
  const { errors, warnings } = judgeText(`${pipeline}${head('WorkItem', 'w')}spec: {${spec}}`, known);
  return codesAt([...errors, ...warnings]);
}

const cases: Record<string, { readonly spec: string; readonly found?: readonly string[] }> = {
  'all that the Pipeline needs': { spec: 'pipelineRef: {name: hello}, inputs: {who: Ada}' },
  'more than it needs': { spec: 'pipelineRef: {name: hello}, inputs: {who: Ada, times: 3, note: null}' },
  'an input is missing': { spec: 'pipelineRef: {name: hello}', found: ['InputMissing spec.inputs'] },
  'an input is of the wrong type': {
    spec: 'pipelineRef: {name: hello}, inputs: {who: 3, times: 1.5}',
    found: ['InputMismatch spec.inputs.who', 'InputMismatch spec.inputs.times'],
  },
  'inputs that the Pipeline does not declare': {
    spec: 'pipelineRef: {name: hello}, inputs: {who: Ada, tims: 3, __proto__: 1}',
    found: ['UnknownInput spec.inputs.tims', 'UnknownInput spec.inputs.__proto__'],
  },
  'inputs of a Pipeline that declares none': {
    spec: 'pipelineSpec: {steps: [{name: greet, type: validation, checks: {}}]}, inputs: {who: Ada}',
    found: ['UnknownInput spec.inputs.who'],
  },
  'a Pipeline that is not there': {
    spec: 'pipelineRef: {name: helo}',
    found: ['PipelineNotFound spec.pipelineRef.name'],
  },
  'a Council that is not there': {
    spec: 'councilRef: {name: elders}, topic: x',
    found: ['CouncilNotFound spec.councilRef.name'],
  },
  'a replay from a step that is there': {
    spec: 'pipelineRef: {name: hello}, inputs: {who: Ada}, replay: {workItemName: v, fromStep: greet}',
  },
  'a replay from a step that is not there': {
    spec: 'pipelineRef: {name: hello}, inputs: {who: Ada}, replay: {workItemName: v, fromStep: gret}',
    found: ['StepNotFound spec.replay.fromStep'],
  },
  'a pipeline of its own, with its inputs': {
    spec: `pipelineSpec: ${pipelineSpec.replace('checks: {}', 'checks: {}, dependsOn: [nobody]')}, inputs: {who: 1}`,
    found: ['StepNotFound spec.pipelineSpec.steps[0].dependsOn[0]', 'InputMismatch spec.inputs.who'],
  },
  'a priority that everybody knows, or a number': {
    spec: 'pipelineRef: {name: hello}, inputs: {who: Ada}, priority: critical',
  },
  'a priority that only a Tenant may know': {
    spec: 'pipelineRef: {name: hello}, inputs: {who: Ada}, priority: urgent',
    found: ['UnknownPriority spec.priority'],
  },
};

describe('a WorkItem that asks a Council', () => {
  const council = (spec: string) => `${head('Council', 'board')}spec: {${spec}}\n---\n`;
  const role = (spec: string) => `${head('AgentRole', 'elder')}spec: {prompt: Be wise.${spec}}\n---\n`;
  const members = 'members: [{name: a, roleRef: {name: elder}}, {name: b, roleRef: {name: elder}}]';
  const workItem = `${head('WorkItem', 'w')}spec: {councilRef: {name: board}, topic: x}`;
  const errorsOf = (text: string) =>
    judgeText(text + workItem, { ...unknownWorld, complete: true })
      .errors.filter(({ path }) => path.startsWith('spec.councilRef'))
      .map(({ code, path, message }) => `${code} ${path}: ${message}`);

  test.each([
    [
      'names a Model that is not there',
      role('') + council(`modelRef: {name: sage}, ${members}`),
      ['ModelNotFound spec.councilRef.name: the Council \'board\': there is no Model "sage"'],
    ],
    [
      'has members whose role is not there',
      council(
        `modelRef: {name: sage}, members: [{name: a, roleRef: {name: sailor}}, {name: b, roleRef: {name: sailor}}]`,
      ),
      expect.arrayContaining([
        'RoleNotFound spec.councilRef.name: the Council \'board\': there is no AgentRole "sailor"',
      ]),
    ],
    [
      'has members whose role names a Model that is not there',
      role(', modelRef: {name: sage}') + council(members),
      ['ModelNotFound spec.councilRef.name: the AgentRole \'elder\': there is no Model "sage"'],
    ],
    [
      'has members for whom nothing names a Model',
      role('') + council(members),
      expect.arrayContaining([expect.stringContaining('ModelNotNamed spec.councilRef.name')]),
    ],
  ])('cannot run while it %s', (_, text, errors) => {
    expect(errorsOf(text)).toEqual(errors);
  });
});

describe('a WorkItem', () => {
  test.each(Object.entries(cases))('%s', (_, { spec, found: expected = [] }) => {
    expect([...found(spec)].sort()).toEqual([...expected].sort());
  });

  test('cannot name what is not there, where all is known', () => {
    const complete = { ...unknownWorld, complete: true };
    expect(
      judgeText(`${head('WorkItem', 'w')}spec: {pipelineRef: {name: hello}, priority: urgent}`, complete).errors,
    ).toMatchObject([
      { code: 'PipelineNotFound', level: 2 },
      { code: 'UnknownPriority', level: 2 },
    ]);
  });

  test('may have a priority of the Tenant', () => {
    const tenant = `${head('Tenant', 'default')}spec: {queue: {priorities: [{name: urgent, value: 5}]}}\n---\n`;
    const workItem = (priority: string) =>
      `${head('WorkItem', 'w')}spec: {councilRef: {name: c}, topic: x, priority: ${priority}}`;
    expect(codesAt(judgeText(tenant + workItem('urgent')).errors)).toEqual([]);
    expect(judgeText(tenant + workItem('urgnt')).errors).toMatchObject([
      { code: 'UnknownPriority', hint: 'did you mean urgent?' },
    ]);
  });
});
