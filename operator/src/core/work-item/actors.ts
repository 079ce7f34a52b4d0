import type { Step } from '../../api/step/step.ts';
import { type LifecycleTransition, transitionsFrom } from '../lifecycle/definition.ts';
import { findRole } from '../pipeline/step-methods.ts';
import type { StepNode } from '../pipeline/step-node.ts';
import type { Assignee, LifecyclePlace } from './lifecycle-state.ts';
import type { Run } from './run.ts';

/** The role that a step acts in when it takes its action; undefined where it acts in none, or may not take it. */
export function actingRole(run: Run, { role, action = '' }: Step): string | undefined {
  const contract = role === undefined ? undefined : findRole(run.observed.pinned.roles, role);
  if (contract === undefined) return role;
  const { role: acting = contract.metadata.name, actions } = contract.spec;
  return actions === undefined || actions.includes(action) ? acting : undefined;
}

/** Whether somebody may take a transition that only the assignee takes: whoever has claimed it in the same role. */
export function isAssigned(
  { lifecycle }: LifecyclePlace,
  { assigneeOnly }: LifecycleTransition,
  who: Assignee,
): boolean {
  if (assigneeOnly !== true) return true;
  const assignee = lifecycle.assignees?.find(({ role }) => role === who.role);
  return assignee?.kind === who.kind && assignee.name === who.name;
}

/**
 * The transitions that a step may take in the state that the lifecycle is in, gates and guards aside: that of its action, and
 * what stands in for it. None in other states than its own, and none in loops, where there are many of it.
 */
export function transitionsOfStep(run: Run, place: LifecyclePlace, { step, loop }: StepNode): LifecycleTransition[] {
  const { action, inState } = step;
  const { state } = place.lifecycle;
  const role = actingRole(run, step);
  if (action === undefined || role === undefined || loop !== undefined || inState?.includes(state) === false) return [];
  return transitionsFrom(place.definition, state).filter(
    (transition) =>
      (transition.action === action || transition.standsInFor === action) &&
      transition.roles.includes(role) &&
      isAssigned(place, transition, { role, kind: 'role', name: role }),
  );
}
