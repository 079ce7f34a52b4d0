import type { StepStatus } from '../../api/step-status.ts';
import { without } from '../defined.ts';
import type { StepNode } from '../pipeline/step-node.ts';
import { isExitStep } from '../pipeline/scope-rules.ts';
import { closeGate } from './cancel-steps.ts';
import { type Frame, frameOf, pathIn, rootFrame } from './frame.ts';
import { dropIterations, foldIterations, succeededIterations } from './loop-results.ts';
import type { Place } from './place.ts';
import type { Run } from './run.ts';
import { stepReasons } from './step-reasons.ts';
import { isEnded } from './step-state.ts';

/** Sends the work back: a step begins again, and all that builds on it. Gives false when there is no such step here. */
export function beginAgainFrom(run: Run, by: Place, target: string): boolean {
  const node = run.graph.byName.get(target);
  if (node === undefined || frameOf(node, by.frame) === undefined) return false;
  const { begunAgain, reopened } = affectedBy(run, [node, by.node]);
  for (const each of begunAgain) {
    const frame = frameOf(each, by.frame);
    // Iterations go with their loop.
    if (frame === undefined) continue;
    resetStep(run, { node: each, frame }, { reason: stepReasons.sentBack, keepActivation: each === node });
  }
  for (const each of reopened) {
    const frame = frameOf(each, by.frame);
    const record = frame && run.record(pathIn(frame, each));
    if (record !== undefined && isEnded(record)) reopenContainer(run, record);
  }
  return true;
}

/** The steps that run in some states of the lifecycle; of one that stands in a loop, the loop. */
export function stepsOfStates(run: Run, states: ReadonlySet<string>): readonly StepNode[] {
  const nodes = run.graph.nodes.filter(({ step }) => step.inState?.some((state) => states.has(state)) === true);
  return nodes.map(outermost);
}

/** Lets steps of the whole run begin again, and all that builds on them; of a loop that a step stands in, all iterations. */
export function beginAgain(run: Run, nodes: readonly StepNode[]): void {
  if (nodes.length === 0) return;
  const { begunAgain, reopened } = affectedBy(run, nodes.map(outermost));
  const names = new Set([...begunAgain].map(({ name }) => name));
  for (const each of begunAgain) {
    if (each.loop !== undefined) continue;
    const { activatedBy = '' } = run.record(each.name) ?? {};
    const keepActivation = !names.has(activatedBy);
    resetStep(run, { node: each, frame: rootFrame }, { reason: stepReasons.sentBack, keepActivation });
  }
  for (const { name, loop } of reopened) {
    const record = loop === undefined ? run.record(name) : undefined;
    if (record !== undefined && isEnded(record)) reopenContainer(run, record);
  }
}

/** The loop around all others that a step stands in; the step itself, where it stands in none. */
function outermost(node: StepNode): StepNode {
  return node.loop === undefined ? node : outermost(node.loop);
}

interface Affected {
  readonly begunAgain: ReadonlySet<StepNode>;
  /** What the steps are parts of: it goes on where it has ended. */
  readonly reopened: ReadonlySet<StepNode>;
}

/** Steps, their parts, and every step that can only be right after them. */
export function affectedBy(run: Run, targets: readonly StepNode[]): Affected {
  const begunAgain = new Set<StepNode>();
  const reopened = new Set<StepNode>();
  const dependants = dependantsOf(run);
  const pending = [...targets];
  const follow = (node: StepNode) => pending.push(...node.routed, ...(dependants.get(node) ?? []));
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (begunAgain.has(node)) continue;
    begunAgain.add(node);
    pending.push(...node.children);
    follow(node);
    for (const parent of containersAround(node)) {
      if (reopened.has(parent)) continue;
      reopened.add(parent);
      follow(parent);
    }
  }
  for (const node of begunAgain) reopened.delete(node);
  return { begunAgain, reopened };
}

/** The groups and conditionals that a step is a part of, up to the loop around it. The owner of a route is none. */
export function* containersAround(node: StepNode): Generator<StepNode> {
  for (let each = node; each.parent !== undefined && each.parent !== node.loop; each = each.parent) {
    if (each.placement !== 'route') yield each.parent;
  }
}

/** For each step, the steps that wait for it or that it can activate. */
export function dependantsOf(run: Run): ReadonlyMap<StepNode, readonly StepNode[]> {
  const dependants = new Map<StepNode, StepNode[]>();
  const add = (on: StepNode, node: StepNode) => dependants.set(on, [...(dependants.get(on) ?? []), node]);
  for (const node of run.graph.nodes) {
    for (const { on } of node.dependencies) add(on, node);
    for (const { by } of node.activators) add(by, node);
  }
  return dependants;
}

interface Reset {
  readonly reason: string;
  /** Whether a child step stays activated. */
  readonly keepActivation: boolean;
}

/** Lets a step begin again: its attempts stay, and their numbers go on. */
function resetStep(run: Run, { node, frame }: Place, { reason, keepActivation }: Reset): void {
  const path = pathIn(frame, node);
  const record = run.record(path);
  if (record === undefined) return;
  const before = record.iterations === undefined ? {} : dropIterations(run, record);
  const { attempts, round = 1, activatedBy } = record;
  // Nobody decides at its gate on what is made anew.
  closeGate(run, path);
  const isWanted = activatedBy !== undefined && keepActivation;
  run.setRecord({
    path,
    ...{ phase: 'Pending', reason, round: round + 1 },
    ...(isWanted ? { activatedBy } : {}),
    ...(Object.keys(before).length === 0 ? {} : { iterations: { count: 0, ...before } }),
    ...(attempts === undefined ? {} : { attempts: attempts.map((attempt) => closedBy(attempt, reason)) }),
  });
}

type AttemptOf = NonNullable<StepStatus['attempts']>[number];

/** An attempt that was under way is no longer wanted. */
const closedBy = (attempt: AttemptOf, reason: string): AttemptOf =>
  attempt.result === undefined ? { number: attempt.number, result: 'Cancelled', reason } : attempt;

/** Asks for another try of all that failed, and of what was skipped for that reason. What succeeded stays. */
export function retryFailedSteps(run: Run, frame: Frame): void {
  for (const record of [...run.records()]) {
    const node = run.graph.byName.get(record.path);
    if (node === undefined || node.loop !== frame.loop) continue;
    if (isExitStep(node))
      resetStep(run, { node, frame }, { reason: stepReasons.retryRequested, keepActivation: false });
    else if (hasNotSucceeded(record) && isPartOfWhatGoesOn(run, { node, frame }))
      retryStep(run, { node, frame }, record);
  }
}

/** Lets the steps at the end of a run begin again, because it has another end. */
export function beginExitStepsAgain(run: Run): void {
  for (const node of run.graph.exitSteps)
    resetStep(run, { node, frame: rootFrame }, { reason: stepReasons.retryRequested, keepActivation: false });
}

/** Parts of a step that has come to its result, or that its fallback stands in for, would never be looked at again. */
function isPartOfWhatGoesOn(run: Run, { node, frame }: Place): boolean {
  return [...containersAround(node)].every((container) => {
    const record = run.record(pathIn(frame, container));
    return record !== undefined && (record.reason === stepReasons.partsRunning || hasNotSucceeded(record));
  });
}

/** It failed, was skipped because another had failed, or was ended with the run. */
const hasNotSucceeded = ({ phase, reason }: StepStatus) =>
  phase === 'Failed' ||
  phase === 'Cancelled' ||
  (phase === 'Skipped' && (reason === stepReasons.dependencyFailed || reason === stepReasons.dependencySkipped));

function retryStep(run: Run, place: Place, record: StepStatus): void {
  const { type } = place.node.step;
  // A container is open again, and its own failed parts begin again; a loop keeps the iterations that succeeded.
  if (type === 'parallel_group' || record.branch !== undefined) reopenContainer(run, record);
  else if (type === 'loop' && record.iterations !== undefined) reopenLoop(run, place, record);
  else resetStep(run, place, { reason: stepReasons.retryRequested, keepActivation: true });
}

/** It has the time that it may take anew. */
function reopenContainer(run: Run, record: StepStatus): void {
  run.setRecord({
    ...without(record, 'finishedAt', 'message'),
    ...{ phase: 'Running', reason: stepReasons.partsRunning, round: (record.round ?? 1) + 1, startedAt: run.now },
  });
}

/** What has succeeded in it stays, also where the loop was ended before it was taken out of status. */
function reopenLoop(run: Run, place: Place, record: StepStatus): void {
  const folded = foldIterations(run, record, succeededIterations(run, place));
  const before = dropIterations(run, folded);
  const kept = without(folded.iterations ?? { count: 0 }, 'failed', 'cancelled');
  reopenContainer(run, { ...folded, iterations: { ...kept, ...before } });
}
