import { stateNamed, systemRole, transitionsFrom, type LifecycleTransition } from '../lifecycle/definition.ts';
import { defined, without } from '../defined.ts';
import { clipMessage } from './clip-message.ts';
import { findObstacle, type Obstacle, readinessOf } from './judge-transition.ts';
import { lifecycleDigest } from './lifecycle-digest.ts';
import { isOver, lifecycleAt, type LifecyclePlace, type LifecycleStatus } from './lifecycle-state.ts';
import { transitionsOfStep } from './actors.ts';
import { rootFrame } from './frame.ts';
import type { Run } from './run.ts';
import { stateOf } from './step-state.ts';
import { runReasons } from './step-reasons.ts';

type OpenAction = NonNullable<LifecycleStatus['actions']>[number];

/** The status of the lifecycle, with what may be done now: made from the records, at the end of a plan. */
export function describeLifecycle(run: Run): LifecycleStatus | undefined {
  const place = lifecycleAt(run);
  if (place === undefined) return run.lifecycle;
  if (!goesOn(run, place)) return without(place.lifecycle, 'actions', 'digest');
  const { state, since, round, assignees, outcome, feedback } = place.lifecycle;
  const usesScore = place.definition.transitions.some(({ guards = [], when = '' }) =>
    [when, ...guards.map(({ expression = '' }) => expression)].some((text) => text.includes('readyScore')),
  );
  const readiness = usesScore ? readinessOf(run) : undefined;
  return {
    ...{ state, since, round, digest: lifecycleDigest(run, place.lifecycle), actions: [...openActions(run, place)] },
    ...defined({ assignees, outcome, feedback, readyScore: readiness?.score }),
    ...(readiness === undefined ? {} : { readyChecks: [...readiness.checks] }),
  };
}

/** The actions that people may take now: none while nobody could tell who really acted. */
function openActions(run: Run, place: LifecyclePlace): readonly OpenAction[] {
  if (run.observed.facts.policyEpoch === undefined) return [];
  return transitionsFrom(place.definition, place.lifecycle.state).flatMap((transition) => {
    const roles = rolesOfPeople(place, transition);
    return roles.length === 0 || findObstacle(run, transition) !== undefined
      ? []
      : [{ name: transition.action, roles, ...(transition.assigneeOnly === true ? { assigneeOnly: true } : {}) }];
  });
}

/** A run that its lifecycle ended can be taken up again, unless nothing leads on. One that ended otherwise is over. */
function goesOn({ ending }: Run, { definition, lifecycle }: LifecyclePlace): boolean {
  if (stateNamed(definition, lifecycle.state)?.terminal === true) return false;
  return ending === undefined || ending.reason === runReasons.lifecycleEnded;
}

/** Roles in which people may take it: an agent that has claimed it does not share that with them. */
function rolesOfPeople({ lifecycle }: LifecyclePlace, { roles, assigneeOnly }: LifecycleTransition): string[] {
  const others = roles.filter((role) => role !== systemRole);
  if (assigneeOnly !== true) return others;
  return others.filter(
    (role) => lifecycle.assignees?.some((each) => each.role === role && each.kind === 'user') === true,
  );
}

/** What a run that is not over waits for in its state, so that people learn what they can do. */
export function waitInState(run: Run): void {
  const place = lifecycleAt(run);
  if (place === undefined || run.ending !== undefined || isOver(place)) return;
  const ways = waysOn(run, place);
  for (const { obstacle } of ways) if (obstacle?.kind === 'policy') waitForPolicy(run, place, obstacle);
  if (isWorkUnderWay(run, place, ways)) return;
  const asked = ways.filter(({ transition, obstacle }) => !obstacle && rolesOfPeople(place, transition).length > 0);
  if (asked.length > 0) askPeople(run, place, asked);
  else if (!ways.some(({ obstacle }) => isWaitedFor(run, obstacle))) waitBlocked(run, place, ways);
}

/** The ways on. A way out, by which it would come to nothing, is open all the time: nobody is asked for that alone. */
function waysOn(run: Run, { definition, lifecycle }: LifecyclePlace): readonly Way[] {
  const all = transitionsFrom(definition, lifecycle.state);
  const leadingOn = all.filter(({ outcome }) => outcome === undefined);
  return (leadingOn.length === 0 ? all : leadingOn).map((transition) => ({
    transition,
    obstacle: findObstacle(run, transition),
  }));
}

interface Way {
  readonly transition: LifecycleTransition;
  readonly obstacle: Obstacle | undefined;
}

/** Whether it is said elsewhere what is waited for. */
const isWaitedFor = (run: Run, obstacle: Obstacle | undefined) =>
  obstacle?.kind === 'policy' || (obstacle?.kind === 'gate' && run.gates.get(obstacle.name)?.state === 'Open');

/** Whether something goes on, and a step that takes one of the ways has not ended: the work will move it. */
function isWorkUnderWay(run: Run, place: LifecyclePlace, ways: readonly Way[]): boolean {
  const { questions, waits } = run.gathered();
  if (run.openAttempts === 0 && questions.length === 0 && waits.length === 0) return false;
  const wanted = new Set(ways.map(({ transition }) => transition));
  return run.graph.nodes.some((node) => {
    const takes =
      node.step.action !== undefined && transitionsOfStep(run, place, node).some((each) => wanted.has(each));
    return takes && stateOf(run, node, rootFrame) === 'open';
  });
}

function waitForPolicy(run: Run, { lifecycle }: LifecyclePlace, { name, message }: Obstacle): void {
  run.waitFor({ kind: 'policy', name, since: lifecycle.since, message: clipMessage(message) });
}

function askPeople(run: Run, place: LifecyclePlace, asked: readonly Way[]): void {
  const { state, since } = place.lifecycle;
  const ways = asked.map(({ transition }) => ({ action: transition.action, roles: rolesOfPeople(place, transition) }));
  const list = ways.map(({ action, roles }) => `${action} (${roles.join(', ')})`).join(', ');
  if (run.observed.facts.policyEpoch === undefined) {
    const message = `the policies that make decisions trustworthy are missing: nobody can take ${list}`;
    run.waitFor({ kind: 'policy', name: state, since, message: clipMessage(message) });
    return;
  }
  const digest = lifecycleDigest(run, place.lifecycle);
  const message = `in ${state} one of these is waited for: ${list}; ${commandFor(run, ways, digest)}`;
  const roles = [...new Set(ways.flatMap((way) => way.roles))].slice(0, 8);
  run.waitFor({ kind: 'decision', name: state, since, message: clipMessage(message), roles, missing: 1, digest });
}

interface OpenWay {
  readonly action: string;
  readonly roles: readonly string[];
}

/** What somebody would paste who takes the first of the actions. */
function commandFor(run: Run, [first]: readonly OpenWay[], digest: string): string {
  const { name, namespace } = run.observed.workItem.metadata;
  const where = namespace === undefined ? name : `${name} -n ${namespace}`;
  const shown = digest.replace('sha256:', '').slice(0, 8);
  return `kubectl annotate workitem ${where} action.conclave.dev/${first?.action ?? ''}.${first?.roles[0] ?? ''}='done ${shown}'`;
}

/** Nothing leads on now: something else has to change first. */
function waitBlocked(run: Run, { lifecycle }: LifecyclePlace, ways: readonly Way[]): void {
  const { state, since } = lifecycle;
  const why = ways.map(({ transition, obstacle }) => {
    const { action, when } = transition;
    if (obstacle !== undefined) return `${action}: ${obstacle.message}`;
    return when === undefined ? `${action}: whoever claimed it has to take it` : `${action} is taken when ${when}`;
  });
  const message = `nothing leads out of ${state} now: ${why.join('; ')}`;
  run.waitFor({ kind: 'dependency', name: state, since, message: clipMessage(message) });
}
