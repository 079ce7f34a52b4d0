import type { StepStatus } from '../../api/step-status.ts';
import {
  gateOfTransition,
  isAutomatic,
  isProduction,
  type LifecycleTransition,
  systemRole,
  transitionOf,
  transitionsFrom,
} from '../lifecycle/definition.ts';
import { definitionOf } from '../lifecycle/definition-of.ts';
import { actingRole, isAssigned, transitionsOfStep } from './actors.ts';
import { enterState, operator, renewGates, takeAction, type Taking } from './enter-state.ts';
import { evaluateCondition, findObstacle } from './judge-transition.ts';
import { lifecycleDigest } from './lifecycle-digest.ts';
import { lifecycleAt, type LifecyclePlace } from './lifecycle-state.ts';
import type { ActionFact } from './observed.ts';
import { findRemade } from './gate-subject.ts';
import { clipMessage } from './clip-message.ts';
import { judgeGate } from './plan-gate.ts';
import type { Run } from './run.ts';
import { runReasons, stepReasons } from './step-reasons.ts';

/** Moves that the operator and steps make in one plan: a lifecycle that makes more goes round in circles. */
const mostAutomaticMoves = 100;

/** Moves a run on in its lifecycle, as far as it goes now; enters it first. A run that is ending stays where it is. */
export function planLifecycle(run: Run): void {
  if (run.ending !== undefined) return;
  enterLifecycle(run);
  let automatic = 0;
  for (let place = lifecycleAt(run); place !== undefined; place = lifecycleAt(run)) {
    judgeGates(run, place);
    const taking = takenByPeople(run, place) ?? takenBySteps(run, place) ?? takenByTheOperator(run, place);
    if (taking === undefined) return;
    if (taking.actor.kind !== 'user') automatic += 1;
    if (automatic > mostAutomaticMoves) {
      const message = `its lifecycle goes round in circles by itself: ${place.lifecycle.state}, ${taking.transition.action}`;
      run.ending = { phase: 'Failed', reason: runReasons.lifecycleCircles, message };
      run.changes += 1;
      return;
    }
    takeAction(run, place, taking);
  }
}

function enterLifecycle(run: Run): void {
  const { lifecycle } = run.observed.pinned.spec;
  const definition = lifecycle && definitionOf(lifecycle);
  if (definition === undefined || run.lifecycle !== undefined) return;
  if (isProduction(definition, definition.initial)) {
    const message = `its lifecycle begins in ${definition.initial}, which is production: nobody could approve that`;
    run.ending = { phase: 'Failed', reason: runReasons.beginsInProduction, message };
    run.changes += 1;
    return;
  }
  run.lifecycle = { state: definition.initial, since: run.now, round: 0 };
  enterState(run);
}

/** What people decided at the gates of the state, on what there is to see by now. */
function judgeGates(run: Run, place: LifecyclePlace): void {
  renewGates(run, place);
  for (const transition of transitionsFrom(place.definition, place.lifecycle.state)) {
    const name = gateOfTransition(transition);
    if (transition.approvals === undefined || run.gates.get(name)?.action !== transition.action) continue;
    const remade = findRemade(run, transition.action);
    if (remade === undefined) judgeGate(run, name);
    else waitForResult(run, name, remade.name);
  }
}

/** Nobody decides on a result that is being replaced. */
function waitForResult(run: Run, name: string, step: string): void {
  const gate = run.gates.get(name);
  if (gate?.state !== 'Open') return;
  const message = `no decision is taken at the gate ${name} now: the result of ${step} is being made anew`;
  run.waitFor({ kind: 'dependency', name, since: run.now, message: clipMessage(message) });
}

/** The oldest action of a person that may be taken. */
export function takenByPeople(run: Run, place: LifecyclePlace): Taking | undefined {
  const { actions = [], policyEpoch } = run.observed.facts;
  // Without the policies nobody knows who really acted.
  if (policyEpoch === undefined || actions.length === 0) return undefined;
  const digest = lifecycleDigest(run, place.lifecycle);
  for (const fact of actions) {
    const transition = fact.digest === digest ? transitionBy(run, place, fact) : undefined;
    if (transition === undefined) continue;
    const { user: name, role, comment } = fact;
    return { transition, actor: { kind: 'user', name, role }, digest, comment };
  }
  return undefined;
}

function transitionBy(run: Run, place: LifecyclePlace, { action, role, user }: ActionFact) {
  const { state } = place.lifecycle;
  const transition = role === systemRole ? undefined : transitionOf(place.definition, { state, action, role });
  if (transition === undefined || !isAssigned(place, transition, { role, kind: 'user', name: user })) return undefined;
  return findObstacle(run, transition) === undefined ? transition : undefined;
}

/** The action of a step that has succeeded in this state, for the role that it acts in. */
function takenBySteps(run: Run, place: LifecyclePlace): Taking | undefined {
  for (const node of run.graph.nodes) {
    const record = node.step.action === undefined ? undefined : run.record(node.name);
    if (record === undefined || !isFresh(run, place, record)) continue;
    const transition = transitionsOfStep(run, place, node).find((each) => findObstacle(run, each) === undefined);
    if (transition === undefined) continue;
    const comment = saidBy(run, record);
    if (comment === 'unread') continue;
    const role = actingRole(run, node.step) ?? systemRole;
    const actor = { kind: 'role' as const, name: role, role, step: node.name };
    return { transition, actor, comment: comment.text, attempt: record.attempts?.at(-1)?.number };
  }
  return undefined;
}

/** Whether a step has succeeded since the state was entered, and its action was not taken yet. */
function isFresh(
  run: Run,
  { lifecycle }: LifecyclePlace,
  { path, phase, reason, finishedAt = '', attempts }: StepStatus,
): boolean {
  const finishedMs = Date.parse(finishedAt);
  // What another run did moves only that one.
  if (phase !== 'Succeeded' || reason === stepReasons.replayed || finishedMs < Date.parse(lifecycle.since))
    return false;
  const last = attempts?.at(-1)?.number;
  const { transitions = [] } = run.transitions;
  return !transitions.some(
    ({ action, actor, at, attempt }) =>
      action !== undefined && actor.step === path && attempt === last && Date.parse(at) >= finishedMs,
  );
}

/** What a step says to what it did: its output `feedback` or `comment`, where it is a text. It may have to be read first. */
function saidBy(run: Run, record: StepStatus): { readonly text?: string | undefined } | 'unread' {
  const { outputsRef } = record;
  if (outputsRef !== undefined && run.isGone(outputsRef.digest)) return {};
  const outputs = run.outputsOf(record);
  if (outputs === undefined) return 'unread';
  const said = [outputs['feedback'], outputs['comment']].find((text) => typeof text === 'string' && text.trim() !== '');
  return typeof said === 'string' ? { text: said.slice(0, 4096) } : {};
}

/** The first transition that is the operator's and whose condition holds. */
function takenByTheOperator(run: Run, place: LifecyclePlace): Taking | undefined {
  const transition = transitionsFrom(place.definition, place.lifecycle.state).find((each) => isDue(run, each));
  return transition && { transition, actor: operator };
}

function isDue(run: Run, transition: LifecycleTransition): boolean {
  if (!isAutomatic(transition) || findObstacle(run, transition) !== undefined) return false;
  const { when = 'true' } = transition;
  const verdict = evaluateCondition(run, when);
  return 'value' in verdict && verdict.value;
}
