import type { AgentRole } from '../../api/agent-role.ts';
import type { Method } from '../../api/method.ts';
import type { FlowWork } from '../../api/runner-work.ts';
import type { Step } from '../../api/step/step.ts';
import { defined } from '../defined.ts';
import type { StartAttempt } from '../work-item/work-item-plan.ts';
import { modelNameOf } from './find-model.ts';
import { type ModelContext, resolveModel } from './resolve-model.ts';

type FlowStep = Extract<Step, { type: 'llm_flow' }>;
type Flow = Extract<Method['spec'], { type: 'flow' }>['flow'];
type Completion = FlowWork['completions'][number];

/** What a flow is resolved from. */
export interface FlowParts {
  readonly step: FlowStep;
  readonly role: AgentRole | undefined;
  readonly method: Method | undefined;
  /** The prompt of the step in its pieces, where it has one. */
  readonly prompt: StartAttempt['prompt'];
  readonly feedback: string | undefined;
  readonly context: ModelContext;
}

/** The completions of a step: those of its Method, or the one that it says itself. */
export function resolveFlow({ step, role, method, prompt, feedback, context }: FlowParts): FlowWork | undefined {
  const flow = method?.spec.type === 'flow' ? method.spec.flow : undefined;
  const written: readonly WrittenCompletion[] = flow?.completions ?? [
    { name: 'answer', parts: [...(prompt ?? [{ text: '' }])] },
  ];
  const completions = written.flatMap(({ modelRef, ...completion }, index): Completion | [] => {
    const name = modelNameOf({ modelRef }, step, flow, role?.spec);
    const model = resolveModel(name, `the completion '${completion.name}'`, context);
    const isLast = index === written.length - 1;
    return model === undefined ? [] : { ...completion, ...more({ step, role }, completion, isLast), model };
  });
  if (completions.length < written.length) return undefined;
  return { kind: 'flow', completions, ...defined({ instruction: role?.spec.prompt, feedback }) };
}

type WrittenCompletion = Omit<Completion, 'model'> & Pick<Flow['completions'][number], 'modelRef'>;

interface Sources {
  readonly step: FlowStep;
  readonly role: AgentRole | undefined;
}

function more({ step, role }: Sources, completion: WrittenCompletion, isLast: boolean) {
  const outputSchema = (isLast ? step.outputSchema : undefined) ?? completion.outputSchema;
  const sampling = { ...role?.spec.sampling, ...completion.sampling };
  return {
    ...(Object.keys(sampling).length === 0 ? {} : { sampling }),
    ...defined({ outputSchema }),
  };
}
