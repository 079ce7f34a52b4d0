import { findMissingLeave } from './judge-transition.ts';
import { transitionsOfStep } from './actors.ts';
import { isProduction, type LifecycleTransition } from '../lifecycle/definition.ts';
import { lifecycleAt, type LifecyclePlace } from './lifecycle-state.ts';
import type { StepNode } from '../pipeline/step-node.ts';
import type { Place } from './place.ts';
import type { Run } from './run.ts';

/** Why a step may not begin in the state that the lifecycle is in. */
export interface Hold {
  readonly name: string;
  readonly message: string;
}

/** Whether a step runs in the state that the lifecycle is in; any step does where there is no lifecycle. */
export function runsInState(run: Run, { node }: Place): boolean {
  const { inState } = node.step;
  const state = run.lifecycle?.state;
  return inState === undefined || state === undefined || inState.includes(state);
}

/**
 * What holds a step back: another state, or the leave for the action that it takes. What people and policies have to allow is
 * allowed before the work begins, not when it is done.
 */
export function findHold(run: Run, place: Place): Hold | undefined {
  if (!runsInState(run, place)) {
    const { inState = [] } = place.node.step;
    const message = `runs in ${inState.join(', ')}, and the lifecycle is in ${run.lifecycle?.state ?? ''}`;
    return { name: inState.join(','), message };
  }
  const lifecycle = lifecycleAt(run);
  if (lifecycle === undefined) return undefined;
  return findMissing(run, lifecycle, place.node) ?? findMissingAround(run, lifecycle, place);
}

/** The parts of a step do what it may do: they begin nothing more once that is taken back, or its state is left. */
function findMissingAround(run: Run, lifecycle: LifecyclePlace, { node }: Place): Hold | undefined {
  for (let { parent, placement } = node; parent !== undefined; { parent, placement } = parent) {
    const hold = placement === 'route' ? undefined : findMissing(run, lifecycle, parent);
    if (hold !== undefined) return hold;
  }
  return undefined;
}

function findMissing(run: Run, lifecycle: LifecyclePlace, node: StepNode): Hold | undefined {
  const ways = transitionsOfStep(run, lifecycle, node);
  const { action } = node.step;
  if (ways.length === 0 && action !== undefined && isRollout(lifecycle, action)) {
    const message = `its action ${action} leads into production, and cannot be taken in ${lifecycle.lifecycle.state}`;
    return { name: action, message };
  }
  return findMissingOf(run, ways);
}

/** What is missing for each of the transitions that a step may take; nothing where it may take one. */
function findMissingOf(run: Run, ways: readonly LifecycleTransition[]): Hold | undefined {
  const [obstacle, ...others] = ways.map((transition) => findMissingLeave(run, transition));
  if (obstacle === undefined || others.includes(undefined)) return undefined;
  return { name: obstacle.name, message: `its action may not be taken yet: ${obstacle.message}` };
}

/** Whether an action may lead into production from anywhere. */
const isRollout = ({ definition }: LifecyclePlace, action: string) =>
  definition.transitions.some((each) => each.action === action && isProduction(definition, each.to));
