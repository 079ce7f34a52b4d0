import type { WorkItemTransition } from '../../api/work-item-status.ts';
import { defined, without } from '../defined.ts';
import { digestOf } from '../digest.ts';
import type { LifecycleTransition } from '../lifecycle/definition.ts';
import { gateOfTransition, isProduction, statesBetween, transitionsFrom } from '../lifecycle/definition.ts';
import { transitionsOfStep } from './actors.ts';
import { beginAgain, stepsOfStates } from './begin-again.ts';
import { cancelParts, cancelStep } from './cancel-steps.ts';
import { clipMessage } from './clip-message.ts';
import { closeGateAs } from './gate-excerpts.ts';
import { type Assignee, lifecycleAt, type LifecyclePlace, type LifecycleStatus, outcomeOf } from './lifecycle-state.ts';
import { locate } from './locate.ts';
import { openGate } from './plan-gate.ts';
import { hasRoomForGate } from './gate-room.ts';
import { findRemade, shownFor } from './gate-subject.ts';
import { quorumFor } from './judge-production.ts';
import type { Run } from './run.ts';
import { stepReasons } from './step-reasons.ts';
import { isEnded } from './step-state.ts';

/** Who takes an action, on what, and what they say. */
export interface Taking {
  readonly transition: LifecycleTransition;
  readonly actor: WorkItemTransition['actor'];
  readonly digest?: string | undefined;
  readonly comment?: string | undefined;
  /** Attempt of the step whose result it was. */
  readonly attempt?: number | undefined;
}

/** Event that every transition of a lifecycle is told as. */
const transitioned = 'planning.story.transitioned';

/** Takes an action that may be taken: it is recorded, the state changes, and the steps follow. */
export function takeAction(run: Run, { definition, lifecycle }: LifecyclePlace, taking: Taking): void {
  const { transition, actor, digest, comment, attempt } = taking;
  const { action, to, rejects = false, routedBy } = transition;
  const from = lifecycle.state;
  const event = { event: transitioned, ...defined({ digest, attempt }), ...saying(comment) };
  run.recordTransition({ ...event, action, from, to, actor });
  if (routedBy !== undefined)
    run.recordTransition({ event: transitioned, action: routedBy, from: to, to, actor: operator });
  const assignees = claimedBy(lifecycle, taking);
  const outcome = outcomeOf(definition, transition);
  const { feedback } = lifecycle;
  run.lifecycle = {
    ...{ state: to, since: run.now, round: lifecycle.round + (rejects ? 1 : 0) },
    ...defined({ assignees, outcome, feedback: rejects ? comment : feedback }),
  };
  run.assignee = assigneeIn(run, taking)?.name;
  leaveState(run, { definition, lifecycle });
  if (rejects) beginAgain(run, stepsOfStates(run, statesBetween(definition, { back: to, from })));
  if (to !== from) workAnew(run);
  enterState(run);
}

export const operator = { kind: 'system', name: 'operator' } as const;

const saying = (comment: string | undefined) =>
  comment === undefined || comment === '' ? {} : { message: clipMessage(comment) };

/** Enters the state that the run is in: what was stopped when it was left begins again, and people are asked what it asks. */
export function enterState(run: Run): void {
  run.changes += 1;
  const { state = '' } = run.lifecycle ?? {};
  const stopped = [...run.records()].filter(
    ({ phase, reason }) => phase === 'Cancelled' && reason === stepReasons.stateLeft,
  );
  const nodes = stopped.flatMap(({ path }) => run.graph.byName.get(path) ?? []);
  beginAgain(
    run,
    nodes.filter(({ step }) => step.inState?.includes(state) === true),
  );
  openGates(run);
}

/** The gates of the transitions out of the state that a run is in are opened, each for what there is to see by now. */
function openGates(run: Run): void {
  const place = lifecycleAt(run);
  if (place === undefined) return;
  for (const transition of transitionsFrom(place.definition, place.lifecycle.state)) openGateOf(run, place, transition);
}

function openGateOf(run: Run, { definition, lifecycle }: LifecyclePlace, transition: LifecycleTransition): void {
  const { action, to, approvals } = transition;
  const name = gateOfTransition(transition);
  if (approvals === undefined || !hasRoomForGate(run, { name, action })) return;
  const { allowRequester, allowedServiceAccounts, expiresSeconds } = transition;
  openGate(run, {
    ...{ name, action, approvals, production: isProduction(definition, to) },
    ...defined({ allowRequester, allowedServiceAccounts, expiresSeconds }),
    message: `May it go from ${lifecycle.state} to ${to}?`,
    shown: shownFor(run, transition),
  });
}

/**
 * Opens the gates of a state anew whose people would approve something else by now: results have come since. What is still
 * being made anew may come to the same again: the approvals stand until that is known.
 */
export function renewGates(run: Run, { definition, lifecycle }: LifecyclePlace): void {
  for (const transition of transitionsFrom(definition, lifecycle.state)) {
    if (transition.approvals === undefined) continue;
    const gate = run.gates.get(gateOfTransition(transition));
    if (gate?.action !== transition.action || gate.state === 'Rejected' || gate.state === 'Expired') continue;
    if (findRemade(run, transition.action) !== undefined) continue;
    const isShort = quorumFor(run, gate.approvals, gate.production) !== gate.approvals;
    if (isShort || gate.content !== digestOf(shownFor(run, transition)))
      openGateOf(run, { definition, lifecycle }, transition);
  }
}

/** Opens the gates again that the end of the run has closed: what was approved there stands, and who has not decided yet may. */
export function reopenGates(run: Run): void {
  const place = lifecycleAt(run);
  if (place === undefined) return;
  for (const { action, ...transition } of transitionsFrom(place.definition, place.lifecycle.state)) {
    const gate = run.gates.get(gateOfTransition({ action, ...transition }));
    if (gate?.action !== action || gate.state !== 'Expired' || gate.decidedAt !== run.finishedAt) continue;
    run.gates.set(gate.name, { ...without(gate, 'decidedAt'), state: 'Open' });
  }
}

/** Leaves the state before: nobody is asked what it asked any more, and what runs for it alone is stopped. */
function leaveState(run: Run, left: LifecyclePlace): void {
  const { state = '' } = run.lifecycle ?? {};
  const asked = new Set(transitionsFrom(left.definition, state).map(gateOfTransition));
  for (const gate of run.gates.values()) {
    if (gate.action === undefined || gate.state !== 'Open' || asked.has(gate.name)) continue;
    run.gates.set(gate.name, closeGateAs(gate, 'Expired', run.now));
  }
  for (const { path } of [...run.records()]) stopUnlessIn(run, path, state);
}

function stopUnlessIn(run: Run, path: string, state: string): void {
  const record = run.record(path);
  if (record === undefined || isEnded(record) || record.phase === 'Pending') return;
  const place = locate(run, path);
  const { inState } = place?.node.step ?? {};
  if (place === undefined || inState === undefined || inState.includes(state)) return;
  cancelParts(run, place, stepReasons.stateLeft);
  cancelStep(run, run.record(path), stepReasons.stateLeft);
}

/** Work of the state that takes it out of there begins again where it was done before: it has to be done anew. */
function workAnew(run: Run): void {
  const place = lifecycleAt(run);
  if (place === undefined) return;
  const done = run.graph.nodes.filter((node) => {
    const isDone = node.step.inState !== undefined && run.record(node.name)?.phase === 'Succeeded';
    return isDone && transitionsOfStep(run, place, node).length > 0;
  });
  beginAgain(run, done);
}

/** Whoever claims it becomes the assignee in the role that they act in. */
function claimedBy({ assignees = [] }: LifecycleStatus, { transition, actor }: Taking): Assignee[] | undefined {
  const { kind, name, role = name } = actor;
  if (transition.claims === true && kind !== 'system')
    return [...assignees.filter((each) => each.role !== role), { role, kind, name }].slice(-16);
  return assignees.length === 0 ? undefined : assignees;
}

/** Who is at work on it now: whoever claimed it just so, else whoever claimed it in a role that the state waits for. */
function assigneeIn(run: Run, { transition, actor }: Taking): Pick<Assignee, 'name'> | undefined {
  if (transition.claims === true && actor.kind !== 'system') return actor;
  const place = lifecycleAt(run);
  if (place === undefined) return undefined;
  const { definition, lifecycle } = place;
  const roles = transitionsFrom(definition, lifecycle.state).flatMap(({ assigneeOnly, roles: theirs }) =>
    assigneeOnly === true ? theirs : [],
  );
  return lifecycle.assignees?.find(({ role }) => roles.includes(role));
}
