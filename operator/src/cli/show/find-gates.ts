import type { GateStatus } from '../../api/gate-status.ts';
import type { JsonValue } from '../../api/json.ts';
import type { WorkItem } from '../../api/work-item.ts';
import { readDecisions } from '../../core/decision/read-decisions.ts';
import { defined, without } from '../../core/defined.ts';
import { digestOf } from '../../core/digest.ts';
import { exitCodes } from '../exit-codes.ts';
import { Failure, failureCodes } from '../failure.ts';

/** What people are shown at a gate, as far as status holds it. */
export type Shown =
  | { readonly whole: JsonValue }
  /** Its beginning, as JSON that ends somewhere. */
  | { readonly beginning: string };

/** A decision that is an annotation so far. */
export type PendingDecision = Omit<NonNullable<GateStatus['decisions']>[number], 'at'>;

/** A gate, and what is to be approved there. */
export interface GateView {
  readonly namespace: string;
  readonly workItem: string;
  readonly gate: Omit<GateStatus, 'shown' | 'previousShown'>;
  /** Decisions on what it asks now that the operator has not recorded. */
  readonly pending: readonly PendingDecision[];
  readonly shown?: Shown;
  /** Of the round before, where it can be compared. */
  readonly previous?: JsonValue;
}

/** The gate of that name; all that are open without a name. @throws Failure when there is none */
export function findGates(workItem: WorkItem, name?: string): readonly GateView[] {
  const { metadata, status = {} } = workItem;
  const { gates = [] } = status;
  const found = gates.filter((gate) => (name === undefined ? gate.state === 'Open' : gate.name === name));
  if (found.length === 0) throw noGate(gates, name);
  const { namespace = '', name: workItemName } = metadata;
  return found.map(({ shown, previousShown, ...gate }) => {
    const previous = wholeOf(previousShown, gate.previousContent);
    return {
      ...{ namespace, workItem: workItemName, gate, pending: pendingAt(workItem, gate) },
      ...defined({ shown: shownOf(shown, gate.content), previous: previous?.whole }),
    };
  });
}

function pendingAt(
  { metadata }: WorkItem,
  { name, digest, decisions = [] }: GateView['gate'],
): readonly PendingDecision[] {
  const { decisions: made } = readDecisions(metadata.annotations ?? {}, '');
  const isRecorded = (slot: string, user: string) =>
    decisions.some((decision) => decision.digest === digest && decision.slot === slot && decision.user === user);
  return made
    .filter(
      (decision) => decision.gate === name && decision.digest === digest && !isRecorded(decision.slot, decision.user),
    )
    .map((decision) => without(decision, 'gate', 'at'));
}

function shownOf(shown: string | undefined, digest: string | undefined): Shown | undefined {
  if (shown === undefined) return undefined;
  return wholeOf(shown, digest) ?? { beginning: shown };
}

/** Only what has the digest is what people are asked about; a part of it has another. */
function wholeOf(json: string | undefined, digest: string | undefined): { readonly whole: JsonValue } | undefined {
  if (json === undefined) return undefined;
  try {
    const value = JSON.parse(json) as JsonValue;
    return digestOf(value) === digest ? { whole: value } : undefined;
  } catch {
    return undefined;
  }
}

function noGate(gates: readonly GateStatus[], name: string | undefined): Failure {
  const known = gates.map((gate) => `${gate.name} (${gate.state.toLowerCase()})`).join(', ');
  const message = name === undefined ? 'no gate is open' : `it has no gate ${name}`;
  const hint = gates.length === 0 ? 'it has opened no gate so far' : `its gates: ${known}`;
  return new Failure({ exitCode: exitCodes.invalid, code: failureCodes.invalid, reason: 'NotAsked', message, hint });
}
