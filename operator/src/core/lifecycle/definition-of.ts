import type { Lifecycle } from '../../api/lifecycle.ts';
import { type Definition, gateOfTransition } from './definition.ts';
import { delivery } from './delivery.ts';
import { story } from './story.ts';
import { task } from './task.ts';

const presets: Readonly<Record<NonNullable<Lifecycle['preset']>, Definition>> = { delivery, task, story };

/** The states and transitions of a lifecycle: those that Conclave brings, or its own. */
export function definitionOf({ preset, definition }: Lifecycle): Definition | undefined {
  return preset === undefined ? definition : presets[preset];
}

/** The gates at which transitions of a lifecycle are approved; none where there is no lifecycle. */
export function gatesOfLifecycle(lifecycle: Lifecycle | undefined): readonly string[] {
  const { transitions = [] } = (lifecycle && definitionOf(lifecycle)) ?? {};
  return transitions.filter(({ approvals }) => approvals !== undefined).map(gateOfTransition);
}
