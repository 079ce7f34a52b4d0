import type { Step } from '../../api/step/step.ts';

/** The gate at which a step waits for people: the one it names, else its own name in lower case with `_` as `-`. */
export function gateNameOf(step: Step): string {
  const named = step.type === 'approval' ? step.gate : step.type === 'validation' ? step.onFailure?.gate : undefined;
  return named ?? step.name.toLowerCase().replaceAll('_', '-');
}

/** The step that a run returns to when people at this step's gate reject; undefined when it fails instead. */
export function returnTargetOf(step: Step): string | undefined {
  if (step.type === 'approval') return step.returnTo;
  return step.type === 'validation' ? step.onFailure?.returnTo : undefined;
}

/** Gate before the first step of a run in safe mode. */
export const startGate = 'start';
