import type { JsonObject } from '../../api/json.ts';
import type { WorkItem } from '../../api/work-item.ts';
import { isDecisionKey, requesterAnnotation } from '../decision/decision-key.ts';
import { defined } from '../defined.ts';
import { digestOf } from '../digest.ts';

/**
 * What a policy engine is told of a WorkItem, as `input`: what it is, who asked for it, where it stands in its lifecycle,
 * and what was decided at its gates. The same WorkItem in the same place gives the same input, so that answers can be kept.
 */
export function policyInput({ metadata, spec, status = {} }: WorkItem): JsonObject {
  const { name, namespace, uid, labels = {}, annotations = {} } = metadata;
  const told = Object.entries(annotations).filter(([key]) => !isDecisionKey(key));
  const { state, round, assignees, feedback } = status.lifecycle ?? {};
  const gates = (status.gates ?? []).map(
    ({ name: gate, state: stands, round: opened, production, decisions = [] }) => ({
      ...{ name: gate, state: stands, round: opened, production },
      decisions: decisions.map(({ role, user, decision, digest, at }) => ({ role, user, decision, digest, at })),
    }),
  );
  const input = {
    workItem: { metadata: defined({ name, namespace, uid, labels, annotations: Object.fromEntries(told) }), spec },
    requestedBy: annotations[requesterAnnotation] ?? null,
    lifecycle: defined({ state, round, assignees, feedback }),
    gates,
  };
  // Fields that are undefined are no JSON.
  return JSON.parse(JSON.stringify(input)) as JsonObject;
}

/** What a question to a policy is known by: its rule, and what it is told. */
export function policyQuestion(rule: string, input: JsonObject): string {
  return digestOf({ rule, input });
}
