import type { GateStatus } from '../../api/gate-status.ts';
import type { DecisionFact } from '../work-item/observed.ts';

/** A decision as a gate records it. */
export type Decision = NonNullable<GateStatus['decisions']>[number];

/** What it depends on, beside the gate, whether a decision counts. */
export interface Deciding {
  /** Who made the WorkItem, as it was stamped; undefined when nothing says so. */
  readonly requester: string | undefined;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  /** Decisions that count at the gate already. */
  readonly counted: readonly Decision[];
}

/** Why a decision does not count: a word for programs, and words for people. */
export interface NotCounted {
  readonly reason:
    | ('GateClosed' | 'GateExpired' | 'DigestStale' | 'RoleNotAsked' | 'ServiceAccountNotNamed')
    | ('RequesterUnknown' | 'RequesterExcluded' | 'SlotTaken' | 'DecidedBefore');
  readonly message: string;
}

type Check = (decision: Omit<DecisionFact, 'gate'>, gate: GateStatus, deciding: Deciding) => NotCounted | undefined;

/**
 * Why a decision does not count at a gate, whose digest is that of what it asks now; undefined when it counts. The
 * admission policies refuse the same: what passed them while they were away, or before something changed, ends here.
 */
export function whyNotCounted(...about: Parameters<Check>): NotCounted | undefined {
  for (const check of checks) {
    const why = check(...about);
    if (why !== undefined) return why;
  }
  return undefined;
}

const checks: readonly Check[] = [
  whenClosed,
  whenExpired,
  whenStale,
  whenRoleIsNotAsked,
  whenByServiceAccount,
  whenByRequester,
  whenSlotIsTaken,
  whenDecidedBefore,
];

function whenClosed(_: unknown, { name, state }: GateStatus): NotCounted | undefined {
  if (state === 'Open') return undefined;
  return { reason: 'GateClosed', message: `the gate ${name} is decided already: ${state}` };
}

function whenExpired(_: unknown, { name, expiresAt }: GateStatus, { nowMs }: Deciding): NotCounted | undefined {
  if (expiresAt === undefined || Date.parse(expiresAt) > nowMs) return undefined;
  return { reason: 'GateExpired', message: `the gate ${name} expired at ${expiresAt}` };
}

function whenStale({ digest }: Pick<Decision, 'digest'>, gate: GateStatus): NotCounted | undefined {
  if (digest === gate.digest) return undefined;
  const message = `it is on ${shortDigest(digest)}, and the gate ${gate.name} asks about ${shortDigest(gate.digest)} now`;
  return { reason: 'DigestStale', message };
}

function whenRoleIsNotAsked({ role }: Pick<Decision, 'role'>, { name, approvals }: GateStatus): NotCounted | undefined {
  if (approvals.some((quorum) => quorum.role === role)) return undefined;
  const asked = approvals.map((quorum) => quorum.role).join(', ');
  return { reason: 'RoleNotAsked', message: `the gate ${name} asks ${asked}, not ${role}` };
}

const serviceAccounts = 'system:serviceaccount:';

function whenByServiceAccount(
  { user }: Pick<Decision, 'user'>,
  { name, allowedServiceAccounts = [] }: GateStatus,
): NotCounted | undefined {
  if (!user.startsWith(serviceAccounts)) return undefined;
  if (allowedServiceAccounts.includes(user.slice(serviceAccounts.length))) return undefined;
  return { reason: 'ServiceAccountNotNamed', message: `the gate ${name} does not name the service account ${user}` };
}

function whenByRequester(
  { user }: Pick<Decision, 'user'>,
  { name, allowRequester }: GateStatus,
  { requester }: Deciding,
): NotCounted | undefined {
  if (allowRequester) return undefined;
  if (requester === undefined) {
    const message = `the gate ${name} excludes the requester, and nothing says who that is: the WorkItem has no conclave.dev/requested-by`;
    return { reason: 'RequesterUnknown', message };
  }
  if (user !== requester) return undefined;
  return {
    reason: 'RequesterExcluded',
    message: `${user} made the WorkItem, and the gate ${name} excludes the requester`,
  };
}

const onDigest = ({ counted }: Deciding, digest: string) => counted.filter((other) => other.digest === digest);

function whenSlotIsTaken(
  { slot, user, digest }: Pick<Decision, 'slot' | 'user' | 'digest'>,
  _: unknown,
  deciding: Deciding,
): NotCounted | undefined {
  const other = onDigest(deciding, digest).find((each) => each.slot === slot && each.user !== user);
  return other && { reason: 'SlotTaken', message: `${other.user} decided in the slot ${slot} before` };
}

function whenDecidedBefore(
  { slot, user, digest }: Pick<Decision, 'slot' | 'user' | 'digest'>,
  _: unknown,
  deciding: Deciding,
): NotCounted | undefined {
  const other = onDigest(deciding, digest).find((each) => each.user === user && each.slot !== slot);
  return other && { reason: 'DecidedBefore', message: `${user} decided in the slot ${other.slot} before` };
}

/** The digits of a digest that people are shown and write back. */
export function shortDigest(digest: string): string {
  return digest.slice('sha256:'.length).slice(0, 8);
}
