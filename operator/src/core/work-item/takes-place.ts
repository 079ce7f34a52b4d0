import type { StepStatus } from '../../api/step-status.ts';
import type { StepNode } from '../pipeline/step-node.ts';
import { bodyMembers } from './body-members.ts';
import { type Frame, pathIn } from './frame.ts';
import type { Run } from './run.ts';
import { isUnderWay } from './step-state.ts';
import { stepReasons } from './step-reasons.ts';

/**
 * Whether a step counts where only so many may be under way: whether it, or something that it is made of, runs or waits
 * for anything but the steps beside it. What stands still until another step has run must not keep that one from running,
 * or the two would wait for each other for ever.
 */
export function takesPlace(run: Run, node: StepNode, frame: Frame): boolean {
  const path = pathIn(frame, node);
  const record = run.record(path);
  if (record?.reason !== stepReasons.partsRunning) return isBusy(record);
  if (record.iterations === undefined) return bodyMembers(node.children).some((part) => takesPlace(run, part, frame));
  return run.loops
    .indexes(path)
    .some((index) => [...run.loops.paths(path, index)].some((at) => isBusy(run.record(at))));
}

const isBusy = (record: StepStatus | undefined) =>
  isUnderWay(record) && record?.reason !== stepReasons.partsRunning && record?.reason !== stepReasons.fallbackRunning;
