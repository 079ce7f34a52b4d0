import type { Issue } from '../../issue.ts';
import type { StepNode } from '../../pipeline/step-node.ts';
import type { DataFlow } from './data-flow.ts';
import type { Reach } from './reach.ts';
import { canActivate } from './why-blocked.ts';

/**
 * Steps that can never run: child steps that nothing activates, branches that are never taken, and whatever needs one of
 * these. Of a container that never runs, its parts are left out.
 */
export function findUnreachableSteps({ graph }: DataFlow, reach: Reach): Issue[] {
  return graph.nodes
    .filter((node) => !reach.isAlive(node) && (node.parent === undefined || reach.isAlive(node.parent)))
    .map((node) => explain(node, reach));
}

function explain(node: StepNode, reach: Reach): Issue {
  const activators = node.activators.filter((activator) => canActivate(activator, node));
  if (node.step.isChild === true && activators.length === 0) return neverActivated(node);
  const blocked = reach.whyBlocked(node);
  if (blocked !== undefined) return unreachable(node, blocked);
  const dead = reach.deadNeed(node);
  if (dead !== undefined) return unreachable(node, `it needs '${dead.name}', which can never run`);
  const names = [...new Set(activators.map(({ by }) => `'${by.name}'`))];
  return unreachable(node, `only ${names.slice(0, 5).join(', ')} could activate it, and can never run`);
}

function neverActivated({ name, path, activators }: StepNode): Issue {
  const message =
    activators.length === 0
      ? `step '${name}' is a child step that nothing activates`
      : `step '${name}' is a child step, and the conditions that would activate it are always false`;
  const hint = 'name it in a `check`, a route, `onError.fallbackStep` or `compensate`, or take `isChild` away';
  return { code: 'NeverActivated', path: [...path, 'isChild'], message, hint };
}

function unreachable({ name, path }: StepNode, why: string): Issue {
  const hint = 'take the step away, or what keeps it from running';
  return { code: 'UnreachableStep', path, message: `step '${name}' can never run: ${why}`, hint };
}
