import { z } from 'zod';
import { count, decimal } from './fields.ts';

const amount = (description: string) =>
  z
    .strictObject({
      costUnits: decimal("Cost, in the Tenant's currency unit.").optional(),
      durationSeconds: count('Duration, in seconds.', { max: Number.MAX_SAFE_INTEGER }).optional(),
    })
    .meta({ description });

/** What a run may take: a range, and what it rests on. The estimate that counts against budgets is `high`. */
export const estimate = z
  .strictObject({
    low: amount('At least.').optional(),
    high: amount('At most.').optional(),
    assumptions: z
      .array(z.string().max(512))
      .max(16)
      .optional()
      .meta({ description: 'What the estimate rests on, in words.' }),
  })
  .meta({ description: 'What a run is estimated to take: a range, and what it rests on.' });
export type Estimate = z.output<typeof estimate>;
