import type { WorkItem } from '../src/api/work-item.ts';
import type { PodEnd, Script } from './played-node.ts';

/** A step that runs as a Pod where `placement` sends it. */
export const aStep = (name: string, more: { readonly placement: object }): object => ({
  ...{ name, type: 'custom_code', runtime: 'python3', code: { source: 'inline', content: 'pass' } },
  ...more,
});

/** A pipeline that is run, and what each of its runs has to come to. */
export interface Sample {
  readonly name: string;
  readonly pipeline: object;
  /** By path: how the step ends, and its attempts. */
  readonly steps: Readonly<Record<string, readonly string[]>>;
}

/** Three runs that together have a bit of everything that is written: their Pods end by `sampleScript`. */
export function samples(placement: object): readonly Sample[] {
  const step = (name: string, more: object = {}) => aStep(name, { placement, ...more });
  return [branches(step), groups(step), loops(step)];
}

type MakeStep = (name: string, more?: object) => object;

function branches(step: MakeStep): Sample {
  const sides = { ifTrue: { steps: [step('large')] }, ifFalse: { steps: [step('small')] } };
  const size = { name: 'size', type: 'conditional', condition: { expression: '{{a.count}} > 3' }, branches: sides };
  return {
    name: 'branches',
    pipeline: { steps: [step('a', { outputs: { count: 'count' } }), size, step('last', { dependsOn: ['size'] })] },
    steps: { a: once, size: none, large: once, small: ['Skipped'], last: once },
  };
}

/** A group, and beside it a step that takes too long and is stopped. */
function groups(step: MakeStep): Sample {
  const tooSlow = { timeoutSeconds: 1, retryPolicy: { maxAttempts: 1 }, onError: { continueOnFailure: true } };
  const slow = step('slow', { ...tooSlow, dependsOn: ['pair'] });
  const pair = { name: 'pair', type: 'parallel_group', steps: [step('a'), step('b')] };
  return {
    name: 'groups',
    pipeline: { steps: [pair, slow, step('c', { dependsOn: ['pair'] }), step('d', { dependsOn: ['c'] })] },
    steps: { pair: none, a: once, b: once, slow: ['Failed', '1 Failed'], c: once, d: once },
  };
}

/** A loop, of which two iterations share a Job and one has its own, and a step that fails once. */
function loops(step: MakeStep): Sample {
  const child = step('look', { outputs: { count: 'count_{{item_index}}' } });
  const list = { iterateOver: [1, 2, 3], loopVariable: 'item', maxParallel: 2 };
  const each = { name: 'each', type: 'loop', ...list, steps: [child] };
  const flaky = step('flaky', { dependsOn: ['each'], retryPolicy: { initialBackoffSeconds: 1 } });
  return {
    name: 'loops',
    pipeline: { steps: [each, flaky], outputs: { counts: { from: '{{each.results[*].look.count}}' } } },
    steps: { each: none, flaky: ['Succeeded', '1 Failed', '2 Succeeded'] },
  };
}

const none = ['Succeeded'];
const once = ['Succeeded', '1 Succeeded'];

/** How the Pods of the samples end. */
export const sampleScript: Script = ({ path, attempt }): PodEnd | 'runs on' => {
  if (path === 'slow') return 'runs on';
  if (path === 'flaky' && attempt === 1) return { exitCode: 10 };
  return { says: { outcome: 'succeeded', outputs: { count: 5 } } };
};

/** What became of the steps of a run, as a sample tells it. */
export function stepsOf({ status }: WorkItem): Sample['steps'] {
  const told = (status?.steps ?? []).map(({ path, phase, attempts = [] }) => [
    path,
    [phase, ...attempts.map(({ number, result = 'open' }) => `${number} ${result}`)],
  ]);
  return Object.fromEntries(told) as Sample['steps'];
}
