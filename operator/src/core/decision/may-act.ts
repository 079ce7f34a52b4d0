import type { WorkItemStatus } from '../../api/work-item-status.ts';
import type { ActionFact } from '../work-item/observed.ts';
import { shortDigest } from './may-decide.ts';

type LifecycleStatus = NonNullable<WorkItemStatus['lifecycle']>;

/** Who wants to take which action. */
export type Acting = Pick<ActionFact, 'action' | 'role' | 'user'>;

/** Why a person cannot take an action in a lifecycle as its status shows it; undefined when they can. */
export function whyNotTaken(lifecycle: LifecycleStatus, { action, role, user }: Acting): string | undefined {
  const { state, actions = [], assignees = [] } = lifecycle;
  const open = actions.find(({ name, roles }) => name === action && roles.includes(role));
  if (open === undefined) return `the role ${role} cannot take the action ${action} in the state ${state}`;
  if (open.assigneeOnly !== true) return undefined;
  const assignee = assignees.find((each) => each.role === role);
  if (assignee?.kind === 'user' && assignee.name === user) return undefined;
  const claimed = assignee === undefined ? 'nobody has' : `${assignee.name} has`;
  return `only whoever has claimed it in the role ${role} can take the action ${action}, and ${claimed}`;
}

/**
 * Why an action counts for nothing though it may have been open when it was taken: what it was on has changed before it was
 * seen. Undefined when it is on what there is now, or was taken.
 */
export function whyOvertaken(
  { lifecycle, transitions = [] }: Pick<WorkItemStatus, 'lifecycle' | 'transitions'>,
  { action, user, digest }: Acting & Pick<ActionFact, 'digest'>,
): string | undefined {
  if (lifecycle?.digest === digest) return undefined;
  const wasTaken = transitions.some(
    (each) =>
      each.action === action && each.digest === digest && each.actor.kind === 'user' && each.actor.name === user,
  );
  if (wasTaken) return undefined;
  const now = lifecycle === undefined ? 'it is in no lifecycle' : `it is in the state ${lifecycle.state} now`;
  const asks = lifecycle?.digest === undefined ? '' : `, and actions are on ${shortDigest(lifecycle.digest)}`;
  return `the action ${action} was on ${shortDigest(digest)}, and that has changed before it could be taken: ${now}${asks}`;
}
