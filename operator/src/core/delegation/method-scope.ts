import type { JsonObject } from '../../api/json.ts';
import type { Scope } from '../template/scope.ts';

/** What templates of a Method see: `{{inputs.<name>}}` and `{{step.<field>}}`. */
export interface MethodVariables {
  /** The resolved inputs of the step. */
  readonly inputs: JsonObject;
  /** The step with its own templates resolved. */
  readonly step: JsonObject;
}

/** The scope of a Method's templates. */
export function methodScope({ inputs, step }: MethodVariables): Scope {
  const variables = new Map([
    ['inputs', inputs],
    ['step', step],
  ]);
  return {
    lookUp: (root) => variables.get(root),
    stepNames: () => [...variables.keys()],
    isVariable: (root) => variables.has(root),
  };
}
