import type { JsonObject } from '../api/json.ts';
import { pipelineSpec, type Pipeline } from '../api/pipeline.ts';
import type { Method } from '../api/method.ts';
import type { HostileCluster } from './hostile-cluster.ts';
import { aMethod } from './planned-run.ts';
import type { PodEnd, PodScript } from './simulated-jobs.ts';

/** A step whose program runs in a Job. */
export const aCodeStep = (name: string, more: object = {}) => ({
  ...{ name, type: 'custom_code', runtime: 'python3' },
  code: { source: 'inline', content: 'def execute(inputs): return {}' },
  outputs: { made: 'made' },
  ...more,
});

/** A Pipeline of a name. */
export function aPipeline(name: string, steps: readonly object[], more: object = {}): Pipeline {
  const spec = pipelineSpec.parse({ steps, ...more });
  return { apiVersion: 'conclave.dev/v1alpha1', kind: 'Pipeline', metadata: { name, namespace: 'ns' }, spec };
}

/** A Method that may not be called twice. */
export const payMethod: Method = aMethod('pay', { type: 'http', http: { url: 'https://pay.example/' } });

/** All that a run can meet: a chain, a loop, a step that fails at first, a call that may not be repeated, a branch. */
export const everything = aPipeline(
  'everything',
  [
    aCodeStep('first'),
    aCodeStep('second', { dependsOn: ['first'] }),
    aCodeStep('third', { dependsOn: ['second'] }),
    {
      ...{ name: 'each', type: 'loop', iterateOver: '{{input.items}}', loopVariable: 'item', maxParallel: 2 },
      steps: [aCodeStep('work', { outputs: { made: 'made_{{item_index}}' } })],
    },
    aCodeStep('flaky', { retryPolicy: { maxAttempts: 3, initialBackoffSeconds: 1 } }),
    { name: 'pay', type: 'function', method: 'pay', inputs: {}, dependsOn: ['first'] },
    {
      ...{ name: 'decide', type: 'conditional', dependsOn: ['first'] },
      condition: { expression: '{{first.made}} > 0' },
      branches: { ifTrue: { steps: [aCodeStep('yes')] }, ifFalse: { steps: [aCodeStep('no')] } },
    },
  ],
  { parameters: [{ name: 'items', type: 'array' }], outputs: { results: { from: '{{each.results[*].work.made}}' } } },
);

/** Inputs of the run of everything. */
export const everythingInputs: JsonObject = { items: [1, 2, 3, 4, 5] };

const succeeded = (outputs: JsonObject): PodEnd => ({ exitCode: 0, message: { outcome: 'succeeded', outputs } });

/** What a program says: which Job it ran in, counted from 1, and in hundredths of it for which iteration. */
const madeIn = (jobNumber: number, path: string) => jobNumber * 100 + Number(/\[(\d+)\]/.exec(path)?.[1] ?? 0);

/** The number of the Job in which a program ran, from 1. */
export const jobNumberOf = (made: number): number => Math.floor(made / 100);

/** Programs say which Job they ran in; `flaky` succeeds at its third attempt that ends by itself. */
export function programs(cluster: () => HostileCluster): PodScript {
  let failures = 0;
  return (path, _attempt, jobName) => {
    if (path === 'flaky' && (failures += 1) < 3) return { exitCode: 10 };
    return succeeded({ made: madeIn(cluster().jobsMade.lastIndexOf(jobName) + 1, path) });
  };
}
