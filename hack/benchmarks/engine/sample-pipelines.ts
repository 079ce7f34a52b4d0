import type { Step } from '../../../operator/src/api/step/step.ts';

/** A pipeline that is measured: its steps as an author writes them. */
export interface SamplePipeline {
  readonly steps: readonly object[];
}

type CodeStep = Extract<Step, { type: 'custom_code' }>;

/** A step that is a Job; on a fake node its pod ends at once, with no outputs. */
export function codeStep(name: string): CodeStep {
  const code = { source: 'inline', content: 'def execute(inputs):\n    return {}\n' } as const;
  return { name, type: 'custom_code', runtime: 'python3', code };
}

/** Steps of which each waits for the one before. */
export function chainPipeline(steps: number): SamplePipeline {
  return {
    steps: Array.from({ length: steps }, (_, index) => ({
      ...codeStep(`step_${index}`),
      ...(index === 0 ? {} : { dependsOn: [`step_${index - 1}`] }),
    })),
  };
}

/** One loop whose iterations are a Job each. */
export function widePipeline(iterations: number, maxParallel: number): SamplePipeline {
  const items = Array.from({ length: iterations }, (_, index) => index);
  const loop = { name: 'each', type: 'loop', iterateOver: items, loopVariable: 'item', maxParallel };
  return { steps: [{ ...loop, steps: [codeStep('work')] }] };
}

/** Steps of one block of `logicPipeline`, those inside other steps included. */
export const logicStepsPerBlock = 6;

/** Steps that the operator decides by itself: groups, branches and checks, block after block. */
export function logicPipeline(blocks: number): SamplePipeline {
  return { steps: Array.from({ length: blocks }, (_, number) => logicBlock(number)).flat() };
}

function logicBlock(number: number): object[] {
  const check = (name: string, dependsOn: readonly string[] = []) => ({
    ...{ name: `${name}_${number}`, type: 'validation', checks: { completeness: { threshold: 0.5 } } },
    inputs: { one: { value: number }, other: { value: 'given' } },
    ...(dependsOn.length === 0 ? {} : { dependsOn }),
  });
  const before = number === 0 ? {} : { dependsOn: [`last_${number - 1}`] };
  return [
    { name: `group_${number}`, type: 'parallel_group', ...before, steps: [check('left'), check('right')] },
    {
      ...{ name: `fork_${number}`, type: 'conditional', dependsOn: [`group_${number}`] },
      condition: { expression: `${number} >= 0` },
      branches: { ifTrue: { steps: [check('yes')] } },
    },
    check('last', [`fork_${number}`]),
  ];
}

/** A chain whose first step waits for what never comes: it costs memory, and should cost nothing else. */
export function waitingPipeline(steps: number): SamplePipeline {
  const [first, ...others] = chainPipeline(steps).steps as readonly CodeStep[];
  return { steps: [{ name: first?.name, type: 'wait_for_asset', assets: ['never.comes'] }, ...others] };
}

/** A step for which somebody of the role `review` has to approve, which whoever made the WorkItem may do as well. */
export function approvalPipeline(): SamplePipeline {
  const approval = { name: 'sign_off', type: 'approval', approvals: [{ role: 'review' }], allowRequester: true };
  return { steps: [approval, { ...codeStep('step_0'), dependsOn: ['sign_off'] }] };
}
