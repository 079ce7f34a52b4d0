import { z } from 'zod';
import { count, text, timestamp } from './fields.ts';

/** A condition as all of Kubernetes has it: what is true of the object, since when, and why. */
export const condition = z
  .strictObject({
    type: text('What this condition is about, such as `Valid`.', 316),
    status: z
      .enum(['True', 'False', 'Unknown'])
      .meta({ description: '`True`, `False`, or `Unknown` while it cannot be told.' }),
    reason: text('Why, as one word that programs may rely on.', 1024),
    message: z.string().max(32_768).meta({ description: 'Why, for people.' }),
    observedGeneration: count('The `metadata.generation` that this condition speaks of.', {
      max: Number.MAX_SAFE_INTEGER,
    }).optional(),
    lastTransitionTime: timestamp('When `status` last changed.'),
  })
  .meta({ description: 'One condition.' });
export type Condition = z.output<typeof condition>;

/** The conditions of an object: at most 16, one of each type. */
export const conditions = z
  .array(condition)
  .max(16)
  .meta({ description: 'What is true of the object now: one condition of each type.' });

/** The generation of the spec that the status speaks of. */
export const observedGeneration = count('The `metadata.generation` that this status speaks of.', {
  max: Number.MAX_SAFE_INTEGER,
});

/** The status of a kind that has nothing to report but its conditions. */
export const conditionsOnly = z
  .strictObject({ observedGeneration: observedGeneration.optional(), conditions: conditions.optional() })
  .meta({ description: 'What the operator found.' });
