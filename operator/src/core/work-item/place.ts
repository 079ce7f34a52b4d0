import type { StepStatus } from '../../api/step-status.ts';
import { defined } from '../defined.ts';
import type { StepNode } from '../pipeline/step-node.ts';
import { type Frame, pathIn } from './frame.ts';

/** One step of a run: the step, and in which iteration it stands. */
export interface Place {
  readonly node: StepNode;
  readonly frame: Frame;
}

/** The path of a step: its name, inside a loop `<loop>[<index>].<name>`. */
export function pathOf({ node, frame }: Place): string {
  return pathIn(frame, node);
}

/** What a record keeps when its step goes on: what it has behind it, not how it stood. */
export function historyOf(record: StepStatus | undefined, path: string): Omit<StepStatus, 'phase'> {
  const { startedAt, round, failures, attempts, activatedBy, iterations } = record ?? {};
  return { path, ...defined({ activatedBy, startedAt, round, failures, attempts, iterations }) };
}
