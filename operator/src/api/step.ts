import { z } from 'zod';
import { stepTypes } from './step-types.ts';

/** One step of a Pipeline; `type` decides which fields it has. */
export const step = z.discriminatedUnion('type', stepTypes).meta({
  id: 'Step',
  description: 'One step. `type` decides which other fields it has.',
});
export type Step = z.output<typeof step>;
export type StepType = Step['type'];
