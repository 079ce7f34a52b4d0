/**
 * For each union of objects that a CRD has made one object of: what each type needs at least, and a value for each field
 * that not all types have. `crds.test.ts` tries every field with every type; a type or field without a sample fails it.
 */
export interface UnionSamples {
  /** The fewest fields of each type that make a good object, in each way there is. */
  readonly smallest: Readonly<Record<string, readonly object[]>>;
  /** A good value for each field that not all types have. */
  readonly fields: Readonly<Record<string, unknown>>;
}

const nested = [{ name: 'inner', type: 'approval', approvals: [{ role: 'po' }] }];
const code = { source: 'inline', content: 'def execute(inputs): return {}' };

/** The steps of a Pipeline. */
export const stepSamples: UnionSamples = {
  smallest: {
    crawler: [{ method: 'm' }],
    wait_for_asset: [{ assets: ['raw'] }, { http: { url: 'http://ready/' } }],
    ml_model: [{ model: 'm' }],
    ml_serving: [{ serviceName: 's' }],
    llm_flow: [{ prompt: 'Say hello.' }, { flow: 'f' }],
    llm_agent: [{}],
    function: [{ method: 'm' }],
    loop: [{ iterateOver: '{{input.list}}', loopVariable: 'item', steps: nested }],
    validation: [{ checks: {} }],
    output: [{ format: 'json' }],
    custom_code: [{ runtime: 'python3', code }],
    parallel_group: [{ steps: nested }],
    conditional: [{ condition: { expression: 'true' }, branches: { ifTrue: { steps: nested } } }],
    data_transform: [{ asset: 'clean' }],
    ml_training: [{ training: { method: 'sft' } }],
    council: [{ council: 'c', topic: 'Which?' }],
    approval: [{ approvals: [{ role: 'po' }] }],
  },
  fields: {
    resources: { gpu: 1 },
    placement: { nodeSelector: { zone: 'a' } },
    method: 'm',
    executionMode: 'direct',
    model: 'm',
    modelUri: 'models:/m/1',
    modelVersion: '1',
    serviceName: 's',
    replicas: 2,
    removal: 'never',
    training: { method: 'sft', epochs: 3 },
    asset: 'clean',
    assets: ['raw'],
    http: { url: 'http://ready/' },
    object: { apiVersion: 'v1', kind: 'Pod', name: 'x', condition: 'Ready' },
    pollIntervalSeconds: 5,
    flow: 'f',
    prompt: 'Say hello.',
    modelRef: { name: 'm' },
    outputSchema: { type: 'object' },
    limits: { maxTurns: 3 },
    agentType: 'react',
    agentConfig: { max_iterations: 2, own: true },
    goal: 'Do it.',
    tools: ['git'],
    workspace: { artifact: 'x' },
    council: 'c',
    topic: 'Which?',
    iterateOver: ['a', 'b'],
    loopVariable: 'item',
    maxParallel: 2,
    batchSize: 2,
    steps: nested,
    parallelConfig: { maxParallel: 2 },
    condition: { expression: 'true' },
    branches: { ifFalse: { steps: nested } },
    checks: { expressions: ['true'] },
    onFailure: { gate: 'look', returnTo: 'a' },
    format: 'csv_dataset',
    template: 't',
    delivery: { method: 'artifact' },
    runtime: 'node24',
    code,
    gate: 'g',
    approvals: [{ role: 'qa', count: 2 }],
    message: 'May it?',
    show: ['a.b'],
    production: true,
    allowRequester: true,
    allowedServiceAccounts: ['ci:robot'],
    expiresSeconds: 60,
    returnTo: 'a',
  },
};

/** The spec of a Method. */
export const methodSamples: UnionSamples = {
  smallest: {
    http: [{ http: { url: 'http://a/' } }],
    image: [{ image: { image: 'registry.example/a:1' } }],
    mcp: [{ mcp: { url: 'http://mcp/', tool: 't' } }],
    object: [{ object: { template: { kind: 'Job' }, success: 'true' } }],
    model: [{ http: { url: 'http://a/' } }],
    flow: [{ flow: { completions: [{ name: 'a', prompt: 'Say hello.' }] } }],
    graph: [{ graph: { nodes: [{ id: 'a', type: 'llm' }] } }],
    template: [{ template: { title: 'T' } }],
  },
  fields: {
    http: { url: 'http://b/' },
    image: { image: 'registry.example/b:1' },
    mcp: { image: 'registry.example/mcp:1', tool: 't' },
    object: { template: { kind: 'Job' }, success: 'true' },
    serving: { image: 'registry.example/serve:1', port: 8080 },
    flow: { completions: [{ name: 'a', prompt: 'Say hello.' }] },
    graph: { nodes: [{ id: 'a', type: 'tool', tool: 'git' }] },
    template: { content: '# T' },
  },
};
