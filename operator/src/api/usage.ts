import { z } from 'zod';
import { count, decimal } from './fields.ts';

const amount = (description: string) => count(description, { max: Number.MAX_SAFE_INTEGER }).optional();

/** What something has used, or might use at most. */
export const usage = (description: string) =>
  z
    .strictObject({
      promptTokens: amount('Tokens read.'),
      completionTokens: amount('Tokens written.'),
      gpuSeconds: amount('GPU-seconds.'),
      costUnits: decimal("Cost, in the Tenant's currency unit.").optional(),
    })
    .meta({ description });
export type Usage = z.output<ReturnType<typeof usage>>;
