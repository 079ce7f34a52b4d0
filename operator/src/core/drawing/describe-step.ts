import type { Step, StepType } from '../../api/step/step.ts';
import type { Shape, Tone } from './drawing.ts';

/** How a type of step looks. */
export const looks: Readonly<Record<StepType, { readonly shape: Shape; readonly tone: Tone }>> = {
  crawler: { shape: 'box', tone: 'call' },
  function: { shape: 'box', tone: 'call' },
  ml_model: { shape: 'rounded', tone: 'call' },
  ml_serving: { shape: 'rounded', tone: 'call' },
  ml_training: { shape: 'rounded', tone: 'call' },
  llm_flow: { shape: 'stadium', tone: 'agent' },
  llm_agent: { shape: 'stadium', tone: 'agent' },
  council: { shape: 'stadium', tone: 'agent' },
  custom_code: { shape: 'subroutine', tone: 'code' },
  data_transform: { shape: 'cylinder', tone: 'data' },
  wait_for_asset: { shape: 'slanted', tone: 'data' },
  loop: { shape: 'box', tone: 'control' },
  parallel_group: { shape: 'box', tone: 'control' },
  conditional: { shape: 'decision', tone: 'control' },
  validation: { shape: 'note', tone: 'result' },
  output: { shape: 'note', tone: 'result' },
  approval: { shape: 'gate', tone: 'gate' },
};

/** What a step is, in a few lines below its name: its type and what it works with, and when it runs. */
export function describeStep(step: Step): string[] {
  const detail = detailOf(step);
  return [
    detail === '' ? step.type : `${step.type} · ${detail}`,
    ...(step.when === undefined ? [] : [`when ${step.when}`]),
    ...(step.type === 'validation' && step.onFailure !== undefined ? [`gate ${step.onFailure.gate}`] : []),
  ];
}

type Details = { readonly [Type in StepType]: (step: Extract<Step, { type: Type }>) => string };

/** What a step of each type works with. */
const details: Details = {
  crawler: ({ method }) => method,
  function: ({ method }) => method,
  ml_model: ({ model }) => model,
  ml_serving: ({ serviceName }) => serviceName,
  ml_training: ({ training }) => training.method,
  llm_flow: ({ flow, role }) => flow ?? role ?? '',
  llm_agent: ({ role, agentType }) => role ?? agentType ?? '',
  council: ({ council }) => council,
  custom_code: ({ runtime }) => runtime,
  data_transform: ({ asset }) => asset,
  wait_for_asset: ({ assets, http, object }) => assets?.join(', ') ?? http?.url ?? object?.name ?? '',
  loop: ({ loopVariable, iterateOver }) =>
    `each ${loopVariable} of ${typeof iterateOver === 'string' ? iterateOver : 'a list'}`,
  parallel_group: ({ parallelConfig }) =>
    parallelConfig === undefined ? '' : `${parallelConfig.maxParallel} at a time`,
  conditional: () => '',
  validation: ({ checks }) => Object.keys(checks).join(', '),
  output: ({ format }) => format,
  approval: ({ approvals }) => describeQuorum(approvals),
};

function detailOf(step: Step): string {
  // The type of the step chooses the function that takes it, which TypeScript cannot follow.
  const describe = details[step.type] as (step: Step) => string;
  return describe(step);
}

/** How many people of which roles: `2 × po, 1 × qa`. */
export function describeQuorum(
  approvals: readonly { readonly role: string; readonly count?: number | undefined }[],
): string {
  return approvals.map(({ role, count = 1 }) => `${count} × ${role}`).join(', ');
}
