import type { Activator, StepNode } from '../../pipeline/step-node.ts';
import { constantCondition } from './constant-condition.ts';
import type { Guards } from './guards.ts';

/** Why a step can never run whatever else happens, after a colon; undefined when it may. */
export function whyBlocked(node: StepNode, guards: Guards): string | undefined {
  if (constantCondition(node.step.when) === false) return 'its `when` is always false';
  const conditional = guards.contradiction(node);
  if (conditional !== undefined) return `it needs both branches of '${conditional.name}', of which only one runs`;
  return node.parent === undefined ? undefined : whyNotReached(node, node.parent);
}

function whyNotReached(node: StepNode, parent: StepNode): string | undefined {
  return whyOtherBranch(node, parent) ?? whyRouteNotTaken(node, parent) ?? whyNoIteration(node, parent);
}

function whyOtherBranch({ placement }: StepNode, { name, step }: StepNode): string | undefined {
  if (step.type !== 'conditional' || (placement !== 'ifTrue' && placement !== 'ifFalse')) return undefined;
  const constant = constantCondition(step.condition.expression);
  const isOther = constant !== undefined && constant !== (placement === 'ifTrue');
  return isOther ? `the condition of '${name}' is always ${constant}` : undefined;
}

function whyRouteNotTaken({ placement, routeIndex = 0 }: StepNode, { name, step }: StepNode): string | undefined {
  const route = placement === 'route' ? step.onSuccess?.routes[routeIndex] : undefined;
  const isNeverTaken = constantCondition(route?.match.expression) === false;
  return isNeverTaken ? `the condition of its route of '${name}' is always false` : undefined;
}

function whyNoIteration({ placement }: StepNode, { name, step }: StepNode): string | undefined {
  const isOverNothing = step.type === 'loop' && Array.isArray(step.iterateOver) && step.iterateOver.length === 0;
  return placement === 'loop' && isOverNothing ? `the list of '${name}' is empty` : undefined;
}

/** Whether what activates a step can ever happen: not when the condition is always false. */
export function canActivate({ by: { step }, through }: Activator, target: StepNode): boolean {
  if (through === 'check')
    return (step.check ?? []).some(({ run, boolean }) => run === target.name && constantCondition(boolean) !== false);
  if (through === 'route')
    return (step.onSuccess?.routes ?? []).some(
      ({ run, match }) => run === target.name && constantCondition(match.expression) !== false,
    );
  return true;
}
