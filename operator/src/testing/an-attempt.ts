import { pipelineSpec } from '../api/pipeline.ts';
import type { Step } from '../api/step/step.ts';
import type { WorkItem } from '../api/work-item.ts';
import type { StartAttempt } from '../core/work-item/work-item-plan.ts';

/** What a test says of an attempt that is to be started. */
export interface AttemptSketch {
  readonly metadata?: Partial<WorkItem['metadata']>;
  readonly spec?: Partial<WorkItem['spec']>;
  readonly start?: Partial<StartAttempt>;
}

/** An attempt that is to be started, and its WorkItem: the second one of a program in a loop unless the test says otherwise. */
export function anAttempt({ metadata, spec, start }: AttemptSketch = {}): { workItem: WorkItem; start: StartAttempt } {
  const uid = '6b9b4a62-0000-4000-8000-000000000001';
  return {
    workItem: {
      ...{ apiVersion: 'conclave.dev/v1alpha1', kind: 'WorkItem' },
      metadata: { name: 'order', namespace: 'team', uid, ...metadata },
      spec: { pipelineRef: { name: 'pipeline' }, ...spec },
    },
    start: {
      ...{ kind: 'start-attempt', path: 'each[3].build', attempt: 2, mode: 'direct', step: codeStep() },
      ...{ specDigest: `sha256:${'5'.repeat(64)}`, inputs: { number: 7 }, timeoutSeconds: 600 },
      ...start,
    },
  };
}

/** A step of any type, as its schema completes it. @throws Error when the schema refuses it */
export function aStep(step: object): Step {
  const [first] = pipelineSpec.parse({ steps: [{ name: 'build', ...step }] }).steps;
  if (first === undefined) throw new Error('a pipeline that was parsed has a step');
  return first;
}

/** A step that runs a program. */
export function codeStep(more: object = {}): Extract<Step, { type: 'custom_code' }> {
  const code = { source: 'inline', content: 'def execute(inputs): return inputs' };
  return aStep({ type: 'custom_code', runtime: 'python3', code, ...more }) as Extract<Step, { type: 'custom_code' }>;
}
