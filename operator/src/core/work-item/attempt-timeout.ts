import { findMethod, methodNameOf } from '../pipeline/step-methods.ts';
import type { Place } from './place.ts';
import type { Run } from './run.ts';

/** Most that one attempt of a step may take, in seconds. */
export function timeoutSecondsOf(run: Run, { node }: Place): number {
  const { spec, methods } = run.observed.pinned;
  const name = methodNameOf(node.step);
  const method = name === undefined ? undefined : findMethod(methods, name);
  return node.step.timeoutSeconds ?? method?.spec.timeoutSeconds ?? spec.defaults.timeoutSeconds;
}
