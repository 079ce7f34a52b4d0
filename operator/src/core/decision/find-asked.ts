import type { WorkItem } from '../../api/work-item.ts';
import { type DecisionKey, requesterAnnotation } from './decision-key.ts';
import { readDecisions } from './read-decisions.ts';
import { whyNotTaken } from './may-act.ts';
import { shortDigest } from './may-decide.ts';

/** One thing that a person could decide in one role. */
export interface Asked {
  readonly kind: DecisionKey['kind'];
  /** Gate or action. */
  readonly name: string;
  readonly role: string;
  /** First digits of the digest of what is asked. */
  readonly shown: string;
  readonly since: string;
  /** What the people are asked, where it says so. */
  readonly message: string;
}

/** What a WorkItem asks a user now, the rights aside: gates whose quorum of a role is not met, and actions. */
export function findAsked(workItem: WorkItem, user: string): readonly Asked[] {
  return [...gatesAsking(workItem, user), ...actionsAsking(workItem, user)];
}

function gatesAsking({ metadata, status = {} }: WorkItem, user: string): readonly Asked[] {
  const requester = metadata.annotations?.[requesterAnnotation];
  const { decisions } = readDecisions(metadata.annotations ?? {}, '');
  return (status.gates ?? []).flatMap((gate): readonly Asked[] => {
    if (gate.state !== 'Open' || (!gate.allowRequester && (requester === undefined || requester === user))) return [];
    const made = [...decisions.filter((each) => each.gate === gate.name), ...(gate.decisions ?? [])];
    const present = made.filter(({ digest }) => digest === gate.digest);
    if (present.some((decision) => decision.user === user)) return [];
    return gate.approvals.flatMap(({ role, count = 1 }): readonly Asked[] => {
      const people = new Set(present.filter((decision) => decision.role === role).map((decision) => decision.user));
      if (people.size >= count) return [];
      const { name, digest, openedAt: since, message = '' } = gate;
      return [{ kind: 'approval', name, role, shown: shortDigest(digest), since, message }];
    });
  });
}

function actionsAsking({ status = {} }: WorkItem, user: string): readonly Asked[] {
  const { lifecycle } = status;
  if (lifecycle?.digest === undefined) return [];
  const { digest, actions = [], since, state } = lifecycle;
  const message = `in the state ${state}`;
  return actions.flatMap(({ name, roles }) =>
    roles
      .filter((role) => role !== 'system' && whyNotTaken(lifecycle, { action: name, role, user }) === undefined)
      .map((role): Asked => ({ kind: 'action', name, role, shown: shortDigest(digest), since, message })),
  );
}
