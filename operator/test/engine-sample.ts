import type { WorkItem } from '../src/api/work-item.ts';
import type { PodEnd, Script } from './played-node.ts';

/** A step that runs as a Pod where `placement` sends it. */
export const aStep = (name: string, more: { readonly placement: object }): object => ({
  ...{ name, type: 'custom_code', runtime: 'python3', code: { source: 'inline', content: 'pass' } },
  ...more,
});

/**
 * A run with a bit of everything that is written: a group, a loop, a branch, a step that fails once, and one that takes
 * too long and is stopped.
 */
export function samplePipeline(placement: object): object {
  const step = (name: string, more: object = {}) => aStep(name, { placement, ...more });
  const loop = { name: 'each', type: 'loop', iterateOver: [1, 2], loopVariable: 'item', dependsOn: ['pair'] };
  const branch = { name: 'size', type: 'conditional', condition: { expression: '{{a.count}} > 3' } };
  return {
    steps: [
      step('a', { outputs: { count: 'count' } }),
      { name: 'pair', type: 'parallel_group', dependsOn: ['a'], steps: [step('b'), step('c')] },
      { ...loop, steps: [step('d', { outputs: { count: 'count_{{item_index}}' } })] },
      step('flaky', { dependsOn: ['each'], retryPolicy: { initialBackoffSeconds: 1 } }),
      step('slow', { ...tooSlow, dependsOn: ['a'] }),
      { ...branch, branches: { ifTrue: { steps: [step('large')] }, ifFalse: { steps: [step('small')] } } },
      step('last', { dependsOn: ['flaky', 'size'] }),
    ],
    outputs: { counts: { from: '{{each.results[*].d.count}}' } },
  };
}

const tooSlow = { timeoutSeconds: 1, retryPolicy: { maxAttempts: 1 }, onError: { continueOnFailure: true } };

/** How the Pods of the sample end. */
export const sampleScript: Script = ({ path, attempt }): PodEnd | 'runs on' => {
  if (path === 'slow') return 'runs on';
  if (path === 'flaky' && attempt === 1) return { exitCode: 10 };
  return { says: { outcome: 'succeeded', outputs: { count: 5 } } };
};

/** What a run has come to, without times and names: the same for each run of the sample, whatever happened. */
export function outcomeOf({ status = {} }: WorkItem): object {
  const { phase, reason, outputs, steps = [] } = status;
  const told = steps.map(({ path, phase: stepPhase, iterations, attempts = [] }) => [
    ...[path, stepPhase, iterations?.succeeded],
    attempts.map(({ number, result }) => `${number} ${result}`),
  ]);
  return { phase, reason, outputs, steps: told.toSorted() };
}
