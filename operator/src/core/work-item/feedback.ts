import type { StepStatus } from '../../api/step-status.ts';
import type { GateStatus } from '../../api/gate-status.ts';
import { statesBetween } from '../lifecycle/definition.ts';
import type { StepNode } from '../pipeline/step-node.ts';
import { returnTargetOf } from '../pipeline/gate-name.ts';
import { affectedBy, stepsOfStates } from './begin-again.ts';
import { lifecycleAt, type LifecyclePlace } from './lifecycle-state.ts';
import type { Place } from './place.ts';
import type { Run } from './run.ts';

/** When work was sent back, and what was said. */
interface Rejection {
  readonly at: string;
  readonly comment?: string | undefined;
}

/**
 * Why the work of a step was sent back: what was said at the last rejection that made it begin again, at a gate or by an action
 * of the lifecycle. It stands in the gate's and the lifecycle's own records, so that it is the same whenever the attempt is
 * looked at.
 */
export function feedbackFor(run: Run, { node }: Place, { round = 1 }: StepStatus): string | undefined {
  if (round === 1) return undefined;
  const rejections = [...run.gates.values()]
    .filter((gate) => hasSentBack(run, gate, node))
    .flatMap(({ decisions = [] }): Rejection[] => decisions.filter(({ decision }) => decision === 'rejected'));
  const all = [...rejections, ...rejectionsInLifecycle(run, node)];
  return all.sort((a, b) => Date.parse(a.at) - Date.parse(b.at)).at(-1)?.comment;
}

/** Whether a rejection at a gate makes a step begin again. */
function hasSentBack(run: Run, gate: GateStatus, node: StepNode): boolean {
  const asking = run.graph.byName.get((gate.step ?? '').replace(/^.*\./, ''));
  const target = asking && run.graph.byName.get(returnTargetOf(asking.step) ?? '');
  return asking !== undefined && target !== undefined && affectedBy(run, [target, asking]).begunAgain.has(node);
}

/** The last action of the lifecycle that sent work back, where it made a step begin again. */
function rejectionsInLifecycle(run: Run, node: StepNode): Rejection[] {
  const place = lifecycleAt(run);
  const last = place && lastRejection(run, place);
  if (place === undefined || last === undefined) return [];
  const states = statesBetween(place.definition, { back: last.to, from: last.from });
  const { begunAgain } = affectedBy(run, stepsOfStates(run, states));
  return begunAgain.has(node) ? [{ at: last.at, comment: place.lifecycle.feedback }] : [];
}

function lastRejection({ transitions: { transitions = [] } }: Run, { definition }: LifecyclePlace) {
  const rejecting = new Set(definition.transitions.filter(({ rejects }) => rejects).map(({ action }) => action));
  const last = transitions.findLast(({ action = '' }) => rejecting.has(action));
  const { from, to, at } = last ?? {};
  return from === undefined || to === undefined || at === undefined ? undefined : { from, to, at };
}
