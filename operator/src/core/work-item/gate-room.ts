import type { Run } from './run.ts';

/** Gates that the status of a run can hold: the admission policies look through all of them. */
export const mostGates = 16;

/** Whose gate it is: that of a step, by its path, or of an action of the lifecycle; that of the start is neither's. */
export interface GateOwner {
  readonly name: string;
  readonly step?: string;
  readonly action?: string;
}

/** Whether a gate may be opened: whoever wants to has it already, or the run may have one more. Nobody takes another's. */
export function hasRoomForGate(run: Run, { name, step, action }: GateOwner): boolean {
  const held = run.gates.get(name);
  return held === undefined ? run.gates.size < mostGates : held.step === step && held.action === action;
}
