import type { Method } from '../../api/method.ts';
import type { StepType } from '../../api/step/step.ts';
import type { ExecutionMode } from '../pipeline/step-methods.ts';
import type { StartAttempt } from '../work-item/work-item-plan.ts';

/** Who runs an attempt: a Job, or something that the operator itself does. */
export type Executor =
  | 'code-job'
  | 'image-job'
  | 'agent-job'
  | 'http-call'
  | 'http-probe'
  | 'object-probe'
  | 'event-request'
  | 'object'
  | 'serving'
  | 'output';

const sharing: ReadonlySet<Executor | undefined> = new Set<Executor>(['code-job', 'image-job']);

/**
 * Whether attempts that it runs may share a Job because they are iterations of one loop. Those of agents have one each: their
 * tasks are large, and each waits for its own Models. Only who speaks in one stage of a deliberation shares one.
 */
export const mayShareJob = (executor: Executor | undefined): boolean => sharing.has(executor);

const byMode: Partial<Readonly<Record<ExecutionMode, Executor>>> = {
  api: 'http-call',
  k8s: 'serving',
  event_driven: 'event-request',
  orchestrator_delegation: 'object',
};

/** Who runs an attempt; undefined when nobody can: the Method is gone or of the wrong type, or the type of step is not served. */
export function executorOf(
  { mode, step }: Pick<StartAttempt, 'mode' | 'step'>,
  method: Method | undefined,
): Executor | undefined {
  if (step.type === 'llm_flow' && mode === 'api') return undefined;
  if (step.type === 'wait_for_asset') return step.http === undefined ? 'object-probe' : 'http-probe';
  return mode === 'direct' ? executorInPod(step, method) : byMode[mode];
}

const byType: Partial<Readonly<Record<StepType, Executor>>> = {
  output: 'output',
  custom_code: 'code-job',
  llm_agent: 'agent-job',
  llm_flow: 'agent-job',
  council: 'agent-job',
};

function executorInPod({ type }: StartAttempt['step'], method: Method | undefined): Executor | undefined {
  const executor = byType[type];
  if (executor !== undefined) return executor;
  if (method?.spec.type === 'mcp') return 'agent-job';
  const isImage = method !== undefined && 'image' in method.spec && method.spec.image !== undefined;
  return isImage ? 'image-job' : undefined;
}
