import type { AgentRole } from '../../api/agent-role.ts';
import type { Method } from '../../api/method.ts';
import type { Step } from '../../api/step/step.ts';
import { isTemplate } from '../template/parse-template.ts';
import { methodUseOf } from './references/method-uses.ts';
import type { WorldIndex } from './world.ts';

/** The Method that a step calls; undefined when it is not known, or a template names it. */
export function calledMethod(step: Step, world: WorldIndex): Method | undefined {
  const use = methodUseOf(step);
  return use === undefined || isTemplate(use.name) ? undefined : world.method(use.name, use.types);
}

/** The AgentRole that the agent of a step works by, where it is known. */
export function agentRoleOf(step: Step, world: WorldIndex): AgentRole | undefined {
  return step.type === 'llm_agent' && step.role !== undefined ? world.role(step.role) : undefined;
}
