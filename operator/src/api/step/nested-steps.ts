import { z } from 'zod';
import { step, type Step } from './step.ts';

/** Steps inside a step. An interface, because a recursive type needs a name to refer to itself by. */
export interface NestedSteps extends Array<Step> {} // eslint-disable-line @typescript-eslint/no-empty-object-type

/**
 * A list of steps inside a step. The CRDs keep its items as they are; the operator and the CLI validate them.
 * A function declaration, because this module and `step.ts` import each other: other folders import `step.ts` only.
 */
export function nestedSteps(description: string): z.ZodType<NestedSteps, NestedSteps> {
  return z
    .lazy(() => z.array(step).min(1).max(256) as unknown as z.ZodType<NestedSteps, NestedSteps>)
    .meta({ description });
}
