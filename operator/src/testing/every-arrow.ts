import { type PipelineSpec, pipelineSpec } from '../api/pipeline.ts';

const call = { type: 'crawler', method: 'm' } as const;

/** A pipeline that has every kind of frame and of arrow, over one layer and over several. */
export const everyArrow: PipelineSpec = pipelineSpec.parse({
  displayName: 'Every arrow',
  execution: { mode: 'safe', startApprovals: [{ role: 'planning', count: 2 }] },
  steps: [
    { name: 'plan', type: 'llm_agent', role: 'planning', compensate: 'undo' },
    { name: 'undo', type: 'function', method: 'undo', isChild: true },
    { name: 'deliberate', type: 'council', council: 'architects', topic: '{{plan.topic}}' },
    {
      name: 'refine',
      type: 'custom_code',
      runtime: 'python3',
      code: { source: 'inline', content: '' },
      dependsOn: ['deliberate'],
    },
    {
      name: 'ask',
      type: 'approval',
      approvals: [{ role: 'po' }, { role: 'qa', count: 2 }],
      returnTo: 'plan',
      dependsOn: ['refine'],
    },
    {
      ...{ name: 'each', type: 'loop', iterateOver: '{{plan.items}}', loopVariable: 'item', dependsOn: ['ask'] },
      steps: [
        { name: 'fetch', ...call, when: '{{item.ok}}', onError: { fallbackStep: 'fetch_elsewhere' } },
        { name: 'fetch_elsewhere', ...call, isChild: true },
        {
          ...{ name: 'group', type: 'parallel_group', parallelConfig: { maxParallel: 2 }, dependsOn: ['fetch'] },
          steps: [
            { name: 'face', type: 'ml_model', model: 'face_v3' },
            { name: 'voice', type: 'ml_model', model: 'voice_v1', inputs: { x: { or: ['{{face.a}}', 1] } } },
          ],
        },
      ],
    },
    {
      ...{ name: 'check', type: 'validation', checks: { completeness: { threshold: 0.7 } }, dependsOn: ['each'] },
      onFailure: { gate: 'review-it', returnTo: 'each' },
    },
    { name: 'train', type: 'ml_training', training: { method: 'sft' }, dependsOn: ['check'] },
    { name: 'wait', type: 'wait_for_asset', assets: ['silver.a', 'silver.b'], dependsOn: ['train'] },
    { name: 'probe', type: 'wait_for_asset', http: { url: 'https://example.com' } },
    { name: 'watch', type: 'wait_for_asset', object: { apiVersion: 'v1', kind: 'Pod', name: 'p', condition: 'Ready' } },
    {
      ...{ name: 'transform', type: 'data_transform', asset: 'silver.a', dependsOn: ['plan'] },
      check: [{ notExists: 'a.b', run: 'serve' }],
      onSuccess: {
        routes: [
          { match: { expression: '{{transform.x}} > 1' }, run: 'serve' },
          {
            match: { expression: '{{transform.x}} > 2' },
            steps: [
              { name: 'flow', type: 'llm_flow', flow: 'f' },
              { name: 'tell', type: 'output', format: 'json', dependsOn: ['flow'] },
            ],
          },
        ],
      },
    },
    { name: 'serve', type: 'ml_serving', serviceName: 'service', dependsOn: ['wait'], isChild: true },
    {
      ...{
        name: 'choose',
        type: 'conditional',
        condition: { expression: '{{check.relevance}} > 0.5' },
        dependsOn: ['undo'],
      },
      branches: { ifTrue: { steps: [{ name: 'yes', ...call }] }, ifFalse: { steps: [{ name: 'no', ...call }] } },
    },
  ],
  onExit: [
    { name: 'notify', type: 'function', method: 'tell' },
    { name: 'clean', type: 'function', method: 'clean', dependsOn: ['notify'] },
  ],
});
