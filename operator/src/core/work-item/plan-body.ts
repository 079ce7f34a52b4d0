import type { StepNode } from '../pipeline/step-node.ts';
import { bodyMembers } from './body-members.ts';
import { type Frame, pathIn } from './frame.ts';
import { type Leave, planStep } from './plan-step.ts';
import type { Run } from './run.ts';
import { countsAsFailure, isEnded, isUnderWay, stateOf } from './step-state.ts';
import { takesPlace } from './takes-place.ts';

/** Steps that run together: those of the run, of a group, of a branch, or of one iteration. */
export interface Body {
  readonly nodes: readonly StepNode[];
  readonly frame: Frame;
  readonly leave: Leave;
  /** How many more may begin here. */
  readonly slots: number;
}

/** Where a body stands, and the paths of the steps that failed. `stopped`: it ended before all of it was done. */
export interface BodyVerdict {
  readonly state: 'open' | 'succeeded' | 'failed' | 'stopped';
  readonly failed: readonly string[];
}

/**
 * Moves the steps of a body on, in their order. Once one of them has failed nothing new begins; what runs is let to its
 * end, because it is paid for already.
 */
export function planBody(run: Run, { nodes, frame, leave, slots }: Body): BodyVerdict {
  const members = bodyMembers(nodes);
  const hasPlace = (node: StepNode) => slots < Infinity && takesPlace(run, node, frame);
  let free = slots;
  let hasFailed = members.some((node) => countsAsFailure(run, node, frame));
  for (const node of slots < Infinity ? begunFirst(run, members, frame) : members) {
    const hadPlace = hasPlace(node);
    const held = !hadPlace && free <= 0 && leave === 'go' ? 'hold' : leave;
    planStep(run, { node, frame }, hasFailed ? 'stop' : held);
    if (!hadPlace && hasPlace(node)) free -= 1;
    hasFailed ||= countsAsFailure(run, node, frame);
  }
  return judgeBody(run, members, { frame, leave });
}

/** Where places are few, what has begun gets on before anything else begins. */
function begunFirst(run: Run, members: readonly StepNode[], frame: Frame): readonly StepNode[] {
  const [begun, others] = [true, false].map((isBegun) =>
    members.filter((node) => isUnderWay(run.record(pathIn(frame, node))) === isBegun),
  );
  return [...(begun ?? []), ...(others ?? [])];
}

function judgeBody(
  run: Run,
  members: readonly StepNode[],
  { frame, leave }: Pick<Body, 'frame' | 'leave'>,
): BodyVerdict {
  const failed = members.filter((node) => countsAsFailure(run, node, frame)).map((node) => pathIn(frame, node));
  const goesOn = leave !== 'stop' && failed.length === 0;
  const isOpen = members.some((node) => {
    const record = run.record(pathIn(frame, node));
    const hasBegun = record !== undefined && record.phase !== 'Pending';
    // What has not begun and may not begin is no longer waited for.
    return hasBegun ? !isEnded(record) : goesOn && stateOf(run, node, frame) === 'open';
  });
  if (isOpen) return { state: 'open', failed };
  if (failed.length > 0) return { state: 'failed', failed };
  const isDone = members.every((node) => finished.has(stateOf(run, node, frame)));
  return { state: isDone ? 'succeeded' : 'stopped', failed };
}

/** Whether every step of a body has come to its end, and none of them to a failure that counts. */
export function hasBodySucceeded(run: Run, { nodes, frame }: Pick<Body, 'nodes' | 'frame'>): boolean {
  return bodyMembers(nodes).every(
    (node) => finished.has(stateOf(run, node, frame)) && !countsAsFailure(run, node, frame),
  );
}

const finished: ReadonlySet<string> = new Set(['Succeeded', 'Failed', 'Skipped']);
