import type { ActionFact, DecisionFact } from '../work-item/observed.ts';
import { defined } from '../defined.ts';
import { formatSlot, isDecisionKey, parseDecisionKey } from './decision-key.ts';
import { type DecisionValue, parseDecisionValue } from './decision-value.ts';

/** Annotations of an object. */
export type Annotations = Readonly<Record<string, string>>;

/** An annotation that claims to be a decision, and why it is none. */
export interface UnreadableDecision {
  readonly key: string;
  readonly why: string;
}

/** What annotations say. */
export interface ReadDecisions {
  readonly decisions: readonly DecisionFact[];
  readonly actions: readonly ActionFact[];
  readonly unreadable: readonly UnreadableDecision[];
}

/**
 * Reads the decisions among annotations, in the order of their keys. That who and what are certain is the work of the
 * admission policies: without them in force nothing of this may be used. `at` is when they were seen, RFC 3339.
 */
export function readDecisions(annotations: Annotations, at: string): ReadDecisions {
  const decisions: DecisionFact[] = [];
  const actions: ActionFact[] = [];
  const unreadable: UnreadableDecision[] = [];
  for (const [key, text] of decisionsAmong(annotations)) {
    const slot = parseDecisionKey(key);
    if (slot === undefined) {
      unreadable.push({ key, why: 'its key is not <gate or action>.<role>, with -2 to -9 for further people' });
      continue;
    }
    const parsed = parseDecisionValue(slot.kind, text);
    if ('problem' in parsed) unreadable.push({ key, why: parsed.problem });
    else if (slot.kind === 'action') actions.push({ action: slot.name, ...factOf(slot, parsed.value, at) });
    else decisions.push({ gate: slot.name, ...factOf(slot, parsed.value, at), ...decisionOf(parsed.value) });
  }
  return { decisions, actions, unreadable };
}

/** The annotations that claim to be decisions, in the order of their keys. */
export function decisionsAmong(annotations: Annotations): readonly (readonly [string, string])[] {
  return Object.entries(annotations)
    .filter(([key]) => isDecisionKey(key))
    .sort(([one], [other]) => (one < other ? -1 : 1));
}

const factOf = (slot: Parameters<typeof formatSlot>[0], { by: user, digest, comment }: DecisionValue, at: string) => ({
  slot: formatSlot(slot),
  ...{ role: slot.role, user, digest, at, ...defined({ comment }) },
});

const decisionOf = ({ decision }: DecisionValue) => ({
  decision: decision === 'rejected' ? ('rejected' as const) : ('approved' as const),
});
