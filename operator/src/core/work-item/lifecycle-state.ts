import type { WorkItemStatus } from '../../api/work-item-status.ts';
import type { Definition, LifecycleTransition } from '../lifecycle/definition.ts';
import { stateNamed } from '../lifecycle/definition.ts';
import { definitionOf } from '../lifecycle/definition-of.ts';
import type { Run } from './run.ts';

/** Where a run stands in its lifecycle, as status holds it. */
export type LifecycleStatus = NonNullable<WorkItemStatus['lifecycle']>;
/** Who has claimed it in one role. */
export type Assignee = NonNullable<LifecycleStatus['assignees']>[number];

/** A lifecycle that a run goes through, and where it stands. */
export interface LifecyclePlace {
  readonly definition: Definition;
  readonly lifecycle: LifecycleStatus;
}

/** The lifecycle that a run is pinned to, and where it stands; undefined where it has none or has not entered it. */
export function lifecycleAt(run: Run): LifecyclePlace | undefined {
  const { lifecycle } = run;
  const pinned = run.observed.pinned.spec.lifecycle;
  const definition = pinned && definitionOf(pinned);
  return definition === undefined || lifecycle === undefined ? undefined : { definition, lifecycle };
}

/** Whether a lifecycle has come to an end, for now: its state is terminal, or it has come to something. */
export function isOver({ definition, lifecycle }: LifecyclePlace): boolean {
  return lifecycle.outcome !== undefined || stateNamed(definition, lifecycle.state)?.terminal === true;
}

/** What a WorkItem has come to that went this way. */
export function outcomeOf(definition: Definition, { to, outcome }: LifecycleTransition): string | undefined {
  return outcome ?? stateNamed(definition, to)?.outcome;
}
