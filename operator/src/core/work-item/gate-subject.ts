import type { JsonObject, JsonValue } from '../../api/json.ts';
import type { StepStatus } from '../../api/step-status.ts';
import type { LifecycleTransition } from '../lifecycle/definition.ts';
import type { StepNode } from '../pipeline/step-node.ts';
import { transitionsOfStep } from './actors.ts';
import { openAttempt } from './attempts.ts';
import { containersAround } from './begin-again.ts';
import { lifecycleAt } from './lifecycle-state.ts';
import type { Run } from './run.ts';
import { stepReasons } from './step-reasons.ts';
import { isEnded, isUnderWay } from './step-state.ts';

/**
 * What people approve who decide on an action: what would happen, and what the steps came to. The work that takes the action
 * itself waits for the approval, so that its own result is no part of what is approved.
 */
export function shownFor(run: Run, { action, to }: LifecycleTransition): JsonObject {
  const { state = '', round = 0 } = run.lifecycle ?? {};
  const results = shownSteps(run, action).flatMap(({ name }): [string, JsonValue][] => {
    const record = run.record(name);
    return record?.phase === 'Succeeded' ? [[name, resultOf(record)]] : [];
  });
  return { action, from: state, to, round, inputs: run.inputs, results: Object.fromEntries(results) };
}

const resultOf = ({ outputs = {}, outputsRef }: StepStatus): JsonValue =>
  outputsRef === undefined ? { outputs } : { outputsDigest: outputsRef.digest };

/**
 * A step whose result people are shown who decide on an action, and that is at work on another one: what they would approve
 * is not what there will be. Undefined when all that is shown stands.
 */
export function findRemade(run: Run, action: string): StepNode | undefined {
  return shownSteps(run, action).find((node) => {
    const { round = 1 } = run.record(node.name) ?? {};
    return round > 1 && isComing(run, node, new Set());
  });
}

function shownSteps({ graph }: Run, action: string): readonly StepNode[] {
  const own = new Set(graph.nodes.filter(({ step }) => step.action === action).flatMap((node) => [...wholeOf(node)]));
  return graph.nodes.filter((node) => node.loop === undefined && !own.has(node));
}

/** A step, its parts, and what it is a part of: all of that ends after it has begun. */
function* wholeOf(node: StepNode): Generator<StepNode> {
  yield* containersAround(node);
  yield* withParts(node);
}

function* withParts(node: StepNode): Generator<StepNode> {
  yield node;
  for (const part of node.children) {
    yield* withParts(part);
    for (const routed of part.routed) yield* withParts(routed);
  }
}

/** Whether a step will come to a result without anybody deciding on an action first. `seen` are the steps asked already. */
function isComing(run: Run, node: StepNode, seen: Set<StepNode>): boolean {
  const record = run.record(node.name);
  if (record !== undefined && isEnded(record)) return false;
  if (record !== undefined && openAttempt(record) !== undefined) return true;
  if (seen.has(node) || needsLeave(run, node)) return false;
  seen.add(node);
  return isUnderWay(record) ? !waitsForOthers(node, record) : mayBegin(run, node, seen);
}

/** Groups and conditionals are looked at part by part, fallbacks by themselves; assets may come from anywhere. */
function waitsForOthers({ step }: StepNode, record: StepStatus | undefined): boolean {
  if (record?.reason === stepReasons.partsRunning) return step.type === 'parallel_group' || step.type === 'conditional';
  return record?.reason === stepReasons.fallbackRunning || record?.reason === stepReasons.waitingForAsset;
}

/** Whether a step takes an action itself that people or policies have to allow before it begins. */
function needsLeave(run: Run, node: StepNode): boolean {
  const place = lifecycleAt(run);
  if (place === undefined) return false;
  return transitionsOfStep(run, place, node).some(
    ({ approvals, guards = [] }) => approvals !== undefined || guards.some(({ policy }) => policy !== undefined),
  );
}

/** Whether a step that has not begun only waits for others that come to a result. */
function mayBegin(run: Run, node: StepNode, seen: Set<StepNode>): boolean {
  const { state = '' } = run.lifecycle ?? {};
  if (node.step.inState?.includes(state) === false || !isActivated(run, node)) return false;
  return isPartOfWhatGoesOn(run, node, seen) && node.dependencies.every(({ on }) => isThereOrComing(run, on, seen));
}

const isActivated = (run: Run, { name, step, placement }: StepNode) =>
  (step.isChild !== true && placement !== 'route') || run.record(name)?.activatedBy !== undefined;

const isPartOfWhatGoesOn = (run: Run, { parent, placement }: StepNode, seen: Set<StepNode>) =>
  parent === undefined || placement === 'route' || isUnderWay(run.record(parent.name)) || isComing(run, parent, seen);

const isThereOrComing = (run: Run, node: StepNode, seen: Set<StepNode>) =>
  run.record(node.name)?.phase === 'Succeeded' || isComing(run, node, seen);
