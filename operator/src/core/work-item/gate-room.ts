import type { Run } from './run.ts';

/** Gates that the status of a run can hold: the admission policies look through all of them. */
export const mostGates = 16;

/** Whether a gate may be opened: the run has it already, or may have one more. */
export function hasRoomForGate(run: Run, name: string): boolean {
  return run.gates.size < mostGates || run.gates.has(name);
}
