import type { StepStatus } from '../../api/step-status.ts';
import type { StepNode } from '../pipeline/step-node.ts';
import { bodyMembers } from './body-members.ts';
import { type Frame, pathIn } from './frame.ts';
import type { Run } from './run.ts';
import { isUnderWay } from './step-state.ts';
import { stepReasons } from './step-reasons.ts';

/**
 * Whether a step counts where only so many may be under way. One that waits for its fallback lends it its place, or the
 * two would wait for each other for ever; so does what is made of others when the fallback of one of them stands beside it.
 */
export function takesPlace(run: Run, node: StepNode, frame: Frame): boolean {
  return isUnderWay(run.record(pathIn(frame, node))) && !lendsPlace(run, node, frame);
}

function lendsPlace(run: Run, node: StepNode, frame: Frame): boolean {
  const names = stoodInForOutside(node);
  if (names.size === 0) return false;
  const isLending = ({ path, reason }: StepStatus) =>
    reason === stepReasons.fallbackRunning && path.startsWith(frame.prefix) && names.has(lastName(path));
  return [...run.records()].some(isLending);
}

const lastName = (path: string) => path.slice(path.lastIndexOf('.') + 1);

const known = new WeakMap<StepNode, ReadonlySet<string>>();

/** Names of the step and of its parts that have a fallback which is none of its parts. */
function stoodInForOutside(node: StepNode): ReadonlySet<string> {
  let names = known.get(node);
  if (names === undefined) {
    const parts = partsOf(node);
    const inside = new Set(parts.map(({ name }) => name));
    const isStoodInForOutside = ({ step }: StepNode) =>
      step.onError?.fallbackStep !== undefined && !inside.has(step.onError.fallbackStep);
    names = new Set(parts.filter(isStoodInForOutside).map(({ name }) => name));
    known.set(node, names);
  }
  return names;
}

/** A step and all that it is made of. */
const partsOf = (node: StepNode): readonly StepNode[] => [node, ...bodyMembers(node.children).flatMap(partsOf)];
