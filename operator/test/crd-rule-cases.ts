/**
 * An object on either side of every CEL rule of the CRDs. A rule without a case here fails `crds.test.ts`.
 * `at` begins with a kind, or with `Step` or `PipelineSpec`, which stand for every place that has one; `good` and `bad`
 * are that thing: a step, the spec of a pipeline, or what follows `kind:` in an object.
 */

/** A rule over one object. */
export interface RuleCase {
  readonly at: string;
  readonly says: string;
  readonly good: object;
  readonly bad: object;
}

/** A rule over a change: `before` may become `good`, and not `bad`. */
export interface ChangeCase extends RuleCase {
  readonly before: object;
}

const step = { name: 'a', type: 'function', method: 'm' };
const onlySteps = { steps: [step] };
const role = { roleRef: { name: 'reviewer' } };
const member = (name: string) => ({ name, ...role });
const state = (name: string) => ({ name });

const stepRules: readonly RuleCase[] = [
  {
    at: 'Step',
    says: 'a step of type llm_flow needs exactly one of flow and prompt',
    good: { name: 'a', type: 'llm_flow', flow: 'f' },
    bad: { name: 'a', type: 'llm_flow', flow: 'f', prompt: 'Say hello.' },
  },
  {
    at: 'Step',
    says: 'a step of type wait_for_asset needs at least one of assets, http and object',
    good: { name: 'a', type: 'wait_for_asset', assets: ['raw'] },
    bad: { name: 'a', type: 'wait_for_asset' },
  },
  {
    at: 'Step.check[]',
    says: 'exactly one of notExists and boolean must be given',
    good: { ...step, check: [{ boolean: 'score > 1', run: 'b' }] },
    bad: { ...step, check: [{ boolean: 'score > 1', notExists: 'score', run: 'b' }] },
  },
  {
    at: 'Step.onSuccess.routes[]',
    says: 'exactly one of steps and run must be given',
    good: { ...step, onSuccess: { routes: [{ match: { expression: 'true' }, run: 'b' }] } },
    bad: { ...step, onSuccess: { routes: [{ match: { expression: 'true' } }] } },
  },
  {
    at: 'Step.object',
    says: 'exactly one of condition and expression must be given',
    good: {
      name: 'a',
      type: 'wait_for_asset',
      object: { apiVersion: 'batch/v1', kind: 'Job', name: 'x', condition: 'Complete' },
    },
    bad: { name: 'a', type: 'wait_for_asset', object: { apiVersion: 'batch/v1', kind: 'Job', name: 'x' } },
  },
  {
    at: 'Step.delivery',
    says: 'a webhook needs a url',
    good: { name: 'a', type: 'output', format: 'json', delivery: { method: 'webhook', url: 'https://a.example/' } },
    bad: { name: 'a', type: 'output', format: 'json', delivery: { method: 'webhook' } },
  },
  {
    at: 'Step.code',
    says: 'give content for an inline source, configMap for a configMap source, artifact for an artifact source, and no other',
    good: {
      name: 'a',
      type: 'custom_code',
      runtime: 'python3',
      code: { source: 'configMap', configMap: { name: 'programs', key: 'a.py' } },
    },
    bad: {
      name: 'a',
      type: 'custom_code',
      runtime: 'python3',
      code: { source: 'inline', configMap: { name: 'programs', key: 'a.py' } },
    },
  },
  {
    at: 'Step.branches',
    says: 'at least one of ifTrue and ifFalse must be given',
    good: {
      name: 'a',
      type: 'conditional',
      condition: { expression: 'true' },
      branches: { ifFalse: { steps: [{ ...step, name: 'b' }] } },
    },
    bad: { name: 'a', type: 'conditional', condition: { expression: 'true' }, branches: {} },
  },
];

const transition = { action: 'finish', from: ['Open'], to: 'Closed', roles: ['po'] };
const definition = { initial: 'Open', states: [state('Open'), state('Closed')], transitions: [transition] };

const pipelineRules: readonly RuleCase[] = [
  {
    at: 'PipelineSpec.lifecycle',
    says: 'exactly one of preset and definition must be given',
    good: { ...onlySteps, lifecycle: { preset: 'task' } },
    bad: { ...onlySteps, lifecycle: { preset: 'task', definition } },
  },
  {
    at: 'PipelineSpec.lifecycle.definition',
    says: 'initial must be one of the states',
    good: { ...onlySteps, lifecycle: { definition } },
    bad: { ...onlySteps, lifecycle: { definition: { ...definition, initial: 'Elsewhere' } } },
  },
  {
    at: 'PipelineSpec.lifecycle.definition.transitions[].guards[]',
    says: 'exactly one of expression and policy must be given',
    good: {
      ...onlySteps,
      lifecycle: { definition: { ...definition, transitions: [{ ...transition, guards: [{ policy: 'a/b' }] }] } },
    },
    bad: {
      ...onlySteps,
      lifecycle: { definition: { ...definition, transitions: [{ ...transition, guards: [{ message: 'no' }] }] } },
    },
  },
];

const kindRules: readonly RuleCase[] = [
  {
    at: 'Tenant',
    says: 'a namespace has one Tenant, and its name is default',
    good: { metadata: { name: 'default' }, spec: {} },
    bad: { metadata: { name: 'other' }, spec: {} },
  },
  {
    at: 'Council.spec',
    says: 'exactly one of members and roleRef must be given',
    good: { spec: { members: [member('a'), member('b')] } },
    bad: { spec: { members: [member('a'), member('b')], ...role } },
  },
  {
    at: 'Council.spec',
    says: 'size goes with roleRef; members are counted as they are listed',
    good: { spec: { ...role, size: 4 } },
    bad: { spec: { members: [member('a'), member('b')], size: 4 } },
  },
  {
    at: 'Council.spec',
    says: 'the strategy judge needs a judge, and no other strategy has one',
    good: { spec: { ...role, strategy: 'judge', judge: role } },
    bad: { spec: { ...role, strategy: 'vote', judge: role } },
  },
  {
    at: 'Council.spec',
    says: 'quorum must not be greater than the number of members',
    good: { spec: { ...role, quorum: 3 } },
    bad: { spec: { ...role, quorum: 4 } },
  },
  {
    at: 'AgentRole.spec.tools[].mcp',
    says: 'exactly one of url and image must be given',
    good: { spec: { role: 'developer', prompt: 'Build.', tools: [{ name: 'x', mcp: { url: 'http://mcp.tools/' } }] } },
    bad: { spec: { role: 'developer', prompt: 'Build.', tools: [{ name: 'x', mcp: {} }] } },
  },
  {
    at: 'Method.spec',
    says: 'a Method of type model needs at least one of http, image and serving',
    good: { spec: { type: 'model', http: { url: 'http://model/' } } },
    bad: { spec: { type: 'model' } },
  },
  {
    at: 'AgentRole.spec.tools[].mcp',
    says: 'port goes with image; a url says its own',
    good: { spec: { role: 'developer', prompt: 'Build.', tools: [{ name: 'x', mcp: { image: 'a/b:1', port: 80 } }] } },
    bad: { spec: { role: 'developer', prompt: 'Build.', tools: [{ name: 'x', mcp: { url: 'http://x/', port: 80 } }] } },
  },
  {
    at: 'Method.spec.mcp',
    says: 'port goes with image; a url says its own',
    good: { spec: { type: 'mcp', mcp: { tool: 't', image: 'a/b:1', port: 80 } } },
    bad: { spec: { type: 'mcp', mcp: { tool: 't', url: 'http://mcp/', port: 80 } } },
  },
  {
    at: 'Method.spec.mcp',
    says: 'exactly one of url and image must be given',
    good: { spec: { type: 'mcp', mcp: { tool: 't', image: 'registry.example/mcp:1' } } },
    bad: { spec: { type: 'mcp', mcp: { tool: 't', image: 'registry.example/mcp:1', url: 'http://mcp/' } } },
  },
  {
    at: 'Model.spec',
    says: 'exactly one of endpoint, dedicated and sidecar must be given',
    good: { spec: { modelName: 'm', endpoint: { url: 'http://vllm/v1' } } },
    bad: { spec: { modelName: 'm' } },
  },
  {
    at: 'WorkItem.spec',
    says: 'exactly one of pipelineRef, pipelineSpec and councilRef must be given',
    good: { spec: { pipelineSpec: onlySteps } },
    bad: { spec: { pipelineSpec: onlySteps, pipelineRef: { name: 'p' } } },
  },
  {
    at: 'WorkItem.spec',
    says: 'councilRef and topic go together',
    good: { spec: { councilRef: { name: 'c' }, topic: 'Which?' } },
    bad: { spec: { councilRef: { name: 'c' } } },
  },
];

/** The rules over one object. */
export const ruleCases = [...stepRules, ...pipelineRules, ...kindRules];

const run = { pipelineRef: { name: 'p' } };
const replay = { workItemName: 'earlier', fromStep: 'a' };

/** The rules over changes. */
export const changeCases: readonly ChangeCase[] = [
  {
    at: 'WorkItem.spec',
    says: 'what runs cannot be exchanged; make a new WorkItem',
    before: { spec: run },
    good: { spec: { ...run, suspend: true } },
    bad: { spec: { pipelineSpec: onlySteps } },
  },
  {
    at: 'WorkItem.spec.pipelineRef',
    says: 'pipelineRef cannot be changed',
    before: { spec: run },
    good: { spec: { ...run, priority: 'high' } },
    bad: { spec: { pipelineRef: { name: 'q' } } },
  },
  {
    at: 'WorkItem.spec.topic',
    says: 'topic cannot be changed',
    before: { spec: { councilRef: { name: 'c' }, topic: 'Which?' } },
    good: { spec: { councilRef: { name: 'c' }, topic: 'Which?', suspend: true } },
    bad: { spec: { councilRef: { name: 'c' }, topic: 'Who?' } },
  },
  {
    at: 'WorkItem.spec.councilRef',
    says: 'councilRef cannot be changed',
    before: { spec: { councilRef: { name: 'c' }, topic: 'Which?' } },
    good: { spec: { councilRef: { name: 'c' }, topic: 'Which?', project: 'x' } },
    bad: { spec: { councilRef: { name: 'd' }, topic: 'Which?' } },
  },
  {
    at: 'WorkItem.spec',
    says: 'inputs cannot be changed; make a new WorkItem',
    before: { spec: { ...run, inputs: { deep: { list: [1, { x: null }] } } } },
    good: { spec: { ...run, inputs: { deep: { list: [1, { x: null }] } }, project: 'x' } },
    bad: { spec: { ...run, inputs: { deep: { list: [1, { x: 2 }] } } } },
  },
  {
    at: 'WorkItem.spec.cancel',
    says: 'cancel cannot be taken back',
    before: { spec: { ...run, cancel: true } },
    good: { spec: { ...run, cancel: true, project: 'x' } },
    bad: { spec: { ...run, cancel: false } },
  },
  {
    at: 'WorkItem.spec.retryCount',
    says: 'retryCount can only be raised',
    before: { spec: { ...run, retryCount: 2 } },
    good: { spec: { ...run, retryCount: 3 } },
    bad: { spec: { ...run, retryCount: 1 } },
  },
  {
    at: 'WorkItem.spec',
    says: 'replay cannot be added or removed',
    before: { spec: run },
    good: { spec: { ...run, retryCount: 1 } },
    bad: { spec: { ...run, replay } },
  },
  {
    at: 'WorkItem.spec',
    says: 'cancel cannot be taken back by leaving it out',
    before: { spec: { ...run, cancel: true } },
    good: { spec: { ...run, cancel: true, priority: 'low' } },
    bad: { spec: run },
  },
  {
    at: 'WorkItem.spec',
    says: 'retryCount cannot be left out once it is given; it can only be raised',
    before: { spec: { ...run, retryCount: 2 } },
    good: { spec: { ...run, retryCount: 2, priority: 'low' } },
    bad: { spec: run },
  },
  {
    at: 'WorkItem.spec.replay',
    says: 'replay cannot be changed',
    before: { spec: { ...run, replay } },
    good: { spec: { ...run, replay, project: 'x' } },
    bad: { spec: { ...run, replay: { ...replay, fromStep: 'b' } } },
  },
];
