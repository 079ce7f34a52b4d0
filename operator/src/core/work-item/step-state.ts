import type { StepStatus } from '../../api/step-status.ts';
import type { StepNode } from '../pipeline/step-node.ts';
import { type Frame, frameOf, pathIn } from './frame.ts';
import type { Run } from './run.ts';

const endedPhases: ReadonlySet<string> = new Set<StepStatus['phase']>(['Succeeded', 'Failed', 'Skipped', 'Cancelled']);

/** Whether a record will not change any more, unless the step is begun again. */
export function isEnded({ phase }: Pick<StepStatus, 'phase'>): boolean {
  return endedPhases.has(phase);
}

/** Whether a step has begun: it runs or waits. */
export function isUnderWay(record: StepStatus | undefined): boolean {
  return record?.phase === 'Running' || record?.phase === 'Waiting';
}

/** What has become of a step, seen from a frame. */
export type StepState = 'open' | 'Succeeded' | 'Failed' | 'Skipped' | 'Cancelled';

/**
 * How a step has ended, or `open`. A step without a record has been skipped where what it is a part of has ended: such
 * steps leave no record, so that status stays small.
 */
export function stateOf(run: Run, node: StepNode, frame: Frame): StepState {
  const home = frameOf(node, frame);
  if (home === undefined) return 'open';
  const record = run.record(pathIn(home, node));
  if (record === undefined || record.phase === 'Pending') return stateByParent(run, node, home);
  return isEnded(record) ? (record.phase as StepState) : 'open';
}

function stateByParent(run: Run, node: StepNode, home: Frame): StepState {
  const { parent, placement } = node;
  if (parent === undefined) return run.isMainOver && placement === 'top' ? 'Skipped' : 'open';
  const parentState = parent === home.loop ? 'open' : stateOf(run, parent, home);
  // Steps of a route begin when their owner has succeeded; all others end with what they are a part of.
  const hasParentEnded = parentState !== 'open' && !(placement === 'route' && parentState === 'Succeeded');
  return hasParentEnded ? 'Skipped' : 'open';
}

/** Whether a failure of this step is one of what it is a part of. */
export function countsAsFailure(run: Run, node: StepNode, frame: Frame): boolean {
  return run.record(pathIn(frame, node))?.phase === 'Failed' && node.step.onError?.continueOnFailure !== true;
}
