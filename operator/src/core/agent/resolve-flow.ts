import type { AgentRole } from '../../api/agent-role.ts';
import type { Method } from '../../api/method.ts';
import type { FlowWork } from '../../api/runner-work.ts';
import type { Step } from '../../api/step/step.ts';
import { defined } from '../defined.ts';
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
  readonly feedback: string | undefined;
  readonly context: ModelContext;
}

/** The completions of a step: those of its Method, or the one that it says itself. */
export function resolveFlow({ step, role, method, feedback, context }: FlowParts): FlowWork | undefined {
  const flow = method?.spec.type === 'flow' ? method.spec.flow : undefined;
  const written = flow?.completions ?? [{ name: 'answer', prompt: step.prompt ?? '' }];
  const completions = written.flatMap(({ modelRef, ...completion }, index): Completion | [] => {
    const name = modelNameOf({ modelRef }, step, flow, role?.spec);
    const model = resolveModel(name, `the completion '${completion.name}'`, context);
    const isLast = index === written.length - 1;
    return model === undefined ? [] : { ...completion, ...more({ step, role, flow }, completion, isLast), model };
  });
  if (completions.length < written.length) return undefined;
  return { kind: 'flow', completions, ...defined({ instruction: role?.spec.prompt, feedback }) };
}

interface Sources {
  readonly step: FlowStep;
  readonly role: AgentRole | undefined;
  readonly flow: Flow | undefined;
}

/** NOTE: the prompt of a step has its values in it already; read as a template again, they could name anything. */
function more({ step, role, flow }: Sources, completion: Partial<Flow['completions'][number]>, isLast: boolean) {
  const outputSchema = (isLast ? step.outputSchema : undefined) ?? completion.outputSchema;
  const sampling = { ...role?.spec.sampling, ...completion.sampling };
  return {
    ...(flow === undefined ? {} : { isTemplate: true }),
    ...(Object.keys(sampling).length === 0 ? {} : { sampling }),
    ...defined({ outputSchema }),
  };
}
