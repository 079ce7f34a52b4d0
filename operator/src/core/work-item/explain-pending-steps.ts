import type { StepNode } from '../pipeline/step-node.ts';
import { rootFrame } from './frame.ts';
import { findHold } from './lifecycle-hold.ts';
import type { ObservedWorkItem } from './observed.ts';
import { isExitStep } from '../pipeline/scope-rules.ts';
import { Run } from './run.ts';
import { isUnderWay, stateOf } from './step-state.ts';
import { stepReasons } from './step-reasons.ts';

/** Why a step has not begun. */
export interface PendingStep {
  readonly phase: 'Pending' | 'Skipped';
  readonly reason: string;
  readonly message: string;
}

/**
 * Why each step that has no record has not begun, by name: for people who look at a run. Status does not say it, so that it
 * stays small; the steps of loops are left out, because what has not begun has no number.
 */
export function explainPendingSteps(observed: ObservedWorkItem): ReadonlyMap<string, PendingStep> {
  const run = new Run(observed);
  run.isMainOver = run.finishedAt !== undefined;
  const pending = run.graph.nodes.filter(({ name, loop }) => loop === undefined && run.record(name) === undefined);
  return new Map(pending.map((node) => [node.name, explain(run, node)]));
}

function explain(run: Run, node: StepNode): PendingStep {
  const { parent } = node;
  if (parent !== undefined && stateOf(run, parent, rootFrame) === 'Skipped')
    return skipped(stepReasons.parentSkipped, `${parent.name} was skipped`);
  if (run.finishedAt !== undefined) return skipped(stepReasons.runEnded, 'the run ended before it began');
  const waits = whatItWaitsFor(run, node);
  if (waits.length > 0) return held(stepReasons.waitingForDependencies, `waits for ${waits.join(', ')}`);
  if (node.step.isChild === true) {
    const activators = node.activators.map(({ by, through }) => `the ${through} of ${by.name}`).join(', ');
    return held(stepReasons.waitingForActivation, `runs when it is activated by ${activators || 'nothing'}`);
  }
  return explainTurn(run, node);
}

/** Why a step has not begun that nothing else keeps back: its turn has not come. */
function explainTurn(run: Run, node: StepNode): PendingStep {
  if (isExitStep(node) && !run.isMainOver)
    return held(stepReasons.waitingForDependencies, 'runs at the end, when the other steps have ended');
  const hold = findHold(run, { node, frame: rootFrame });
  if (hold !== undefined) return held(stepReasons.waitingForState, hold.message);
  if (run.startedAt === undefined) return held(stepReasons.waitingForDependencies, 'the run has not begun');
  return held(stepReasons.parallelismReached, 'as many steps as may run at the same time are running');
}

/** What it is a part of, where that has not begun, and what it depends on. */
function whatItWaitsFor(run: Run, { parent, dependencies }: StepNode): readonly string[] {
  const container = parent === undefined || isUnderWay(run.record(parent.name)) ? [] : [parent.name];
  const open = dependencies.filter(({ on }) => stateOf(run, on, rootFrame) === 'open').map(({ on }) => on.name);
  return [...new Set([...container, ...open])];
}

const skipped = (reason: string, message: string): PendingStep => ({ phase: 'Skipped', reason, message });
const held = (reason: string, message: string): PendingStep => ({ phase: 'Pending', reason, message });
