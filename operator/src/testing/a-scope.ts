import type { JsonObject } from '../api/json.ts';
import type { Scope } from '../core/template/scope.ts';

/** A scope of steps by name with their outputs, and of variables (`input`, loop variables). */
export function aScope(steps: JsonObject, variables: JsonObject = {}): Scope {
  const values = new Map([...Object.entries(steps), ...Object.entries(variables)]);
  return {
    lookUp: (root) => values.get(root),
    stepNames: () => Object.keys(steps),
    isVariable: (root) => Object.hasOwn(variables, root),
  };
}
