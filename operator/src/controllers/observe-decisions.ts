import type { WorkItem } from '../api/work-item.ts';
import { decisionPrefixes, isDecisionKey, requesterAnnotation } from '../core/decision/decision-key.ts';
import { whyNotTaken, whyOvertaken } from '../core/decision/may-act.ts';
import { whyNotCounted } from '../core/decision/may-decide.ts';
import { type ReadDecisions, readDecisions, type UnreadableDecision } from '../core/decision/read-decisions.ts';
import type { ActionFact, DecisionFact, Facts } from '../core/work-item/observed.ts';
import type { PoliciesSeen } from './decision-policies.ts';

/** What decisions rest on. */
export interface DecisionSources {
  readonly policies: {
    /** As they were last read. */
    current(): Promise<PoliciesSeen>;
    /** As they are from now on. */
    fresh(): Promise<PoliciesSeen>;
  };
  readonly clock: () => Date;
}

/** What people decided on a WorkItem. */
export interface ObservedDecisions {
  readonly facts: Pick<Facts, 'decisions' | 'actions' | 'policyEpoch' | 'policyProblem'>;
  /** Annotations that can never count, though they are on what is asked now, or can be read by nobody. */
  readonly refused: readonly UnreadableDecision[];
}

const none = { decisions: [], actions: [] };

/** Reads the decisions on a WorkItem; none while the policies that make them trustworthy are not in force. */
export async function observeDecisions(sources: DecisionSources, workItem: WorkItem): Promise<ObservedDecisions> {
  const seen = await sources.policies.current();
  if ('problem' in seen) return { facts: { ...none, policyProblem: seen.problem }, refused: [] };
  const { annotations = {} } = workItem.metadata;
  const isAny = Object.keys(annotations).some(isDecisionKey);
  if (!isAny) return { facts: { ...none, policyEpoch: seen.epoch }, refused: [] };
  const read = readDecisions(annotations, sources.clock().toISOString());
  return hasNews(workItem, read) ? useFresh(sources, workItem, read) : describe(workItem, read, seen.epoch);
}

/**
 * NOTE: the policies are read after the annotations were. Had they been away when something was decided, they would be
 * others now, and the decision would be void.
 */
async function useFresh(
  { policies }: DecisionSources,
  workItem: WorkItem,
  read: ReadDecisions,
): Promise<ObservedDecisions> {
  const seen = await policies.fresh();
  if ('problem' in seen) return { facts: { ...none, policyProblem: seen.problem }, refused: [] };
  return describe(workItem, read, seen.epoch);
}

function describe(workItem: WorkItem, read: ReadDecisions, policyEpoch: string): ObservedDecisions {
  const { decisions, unreadable } = read;
  const refused = [
    ...unreadable,
    ...decisions.flatMap((decision) => refusalOf('approval', decision, whyNotAtGate(workItem, decision))),
    ...read.actions.flatMap((action) => refusalOf('action', action, whyNotInLifecycle(workItem, action))),
  ];
  // Whoever was told that an action does not count must never see it taken.
  const actions = read.actions.filter((action) => whyNotInLifecycle(workItem, action) === undefined);
  return { facts: { decisions, actions, policyEpoch }, refused };
}

/** Whether something may be used that is not recorded yet. */
function hasNews(workItem: WorkItem, { decisions, actions }: ReadDecisions): boolean {
  const { lifecycle } = workItem.status ?? {};
  return (
    decisions.some((decision) => !isRecorded(workItem, decision)) ||
    actions.some((action) => action.digest === lifecycle?.digest && whyNotInLifecycle(workItem, action) === undefined)
  );
}

const gateOf = ({ status }: WorkItem, { gate }: DecisionFact) => status?.gates?.find(({ name }) => name === gate);

function isRecorded(workItem: WorkItem, decision: DecisionFact): boolean {
  const { decisions = [] } = gateOf(workItem, decision) ?? {};
  return decisions.some(
    ({ slot, digest, user }) => slot === decision.slot && digest === decision.digest && user === decision.user,
  );
}

const refusalOf = (
  kind: 'approval' | 'action',
  { slot }: Pick<DecisionFact, 'slot'>,
  why: string | undefined,
): readonly UnreadableDecision[] => (why === undefined ? [] : [{ key: `${decisionPrefixes[kind]}${slot}`, why }]);

/** What is past is no refusal: it may have counted when it was made. */
function whyNotAtGate(workItem: WorkItem, decision: DecisionFact): string | undefined {
  const gate = gateOf(workItem, decision);
  if (gate?.state !== 'Open' || gate.digest !== decision.digest || isRecorded(workItem, decision)) return undefined;
  const requester = workItem.metadata.annotations?.[requesterAnnotation];
  // Whether the time is over is for the plan to say, which has the time.
  const why = whyNotCounted(decision, gate, { requester, nowMs: -Infinity, counted: gate.decisions ?? [] });
  return why && `${decision.user}: ${why.message}`;
}

/** One that was taken is no refusal either; one that came too late is: nobody else would tell. */
function whyNotInLifecycle({ status = {} }: WorkItem, action: ActionFact): string | undefined {
  const { lifecycle } = status;
  const isPresent = lifecycle !== undefined && lifecycle.digest === action.digest;
  const why = isPresent ? whyNotTaken(lifecycle, action) : whyOvertaken(status, action);
  return why && `${action.user}: ${why}`;
}
