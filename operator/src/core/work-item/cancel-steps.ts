import type { StepStatus } from '../../api/step-status.ts';
import { defined } from '../defined.ts';
import { closeAttempt, openAttempt } from './attempts.ts';
import { pathIn } from './frame.ts';
import { closeGateAs } from './gate-excerpts.ts';
import { historyOf, pathOf, type Place } from './place.ts';
import type { Run } from './run.ts';
import { isEnded } from './step-state.ts';

/** Ends everything that is under way in the parts of a step. Their Jobs are stopped by the actions that follow from it. */
export function cancelParts(run: Run, { node, frame }: Place, reason: string): void {
  const loopPath = pathOf({ node, frame });
  for (const index of run.loops.indexes(loopPath)) {
    for (const path of run.loops.paths(loopPath, index)) cancelStep(run, run.record(path), reason);
  }
  for (const child of node.step.type === 'loop'
    ? []
    : [...node.children, ...node.children.flatMap(({ routed }) => routed)]) {
    cancelStep(run, run.record(pathIn(frame, child)), reason);
    cancelParts(run, { node: child, frame }, reason);
  }
}

/** Ends a step that has begun and not ended. */
export function cancelStep(run: Run, record: StepStatus | undefined, reason: string): void {
  if (record === undefined || isEnded(record) || record.phase === 'Pending') return;
  const attempt = openAttempt(record);
  const attempts =
    attempt === undefined
      ? record.attempts
      : [...(record.attempts ?? []).slice(0, -1), closeAttempt(attempt, { result: 'Cancelled', reason })];
  run.setRecord({
    ...historyOf(record, record.path),
    ...defined({ attempts, branch: record.branch }),
    ...{ phase: 'Cancelled', reason, finishedAt: run.now },
  });
  closeGate(run, record.path);
}

/** Closes the gate at which a step waited: nobody needs to decide any more. */
export function closeGate(run: Run, path: string): void {
  for (const gate of run.gates.values()) {
    if (gate.step === path && gate.state === 'Open')
      run.gates.set(gate.name, closeGateAs(gate, 'Expired', run.now));
  }
}
