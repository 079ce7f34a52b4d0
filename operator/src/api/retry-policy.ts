import { z } from 'zod';
import { count, seconds, textSet } from './fields.ts';

/** How often and how fast a failed step is tried again. */
export const retryPolicy = z
  .strictObject({
    maxAttempts: count('Attempts in all, the first included; 3 by default.', { min: 1, max: 100 }).optional(),
    backoff: z.enum(['exponential', 'linear', 'fixed']).optional().meta({
      description:
        'How the delay grows: `exponential` doubles it (2, 4, 8 …; the default), `linear` adds the first delay each time, `fixed` keeps it.',
    }),
    initialBackoffSeconds: seconds('First delay, in seconds; 2 by default.', 86_400).optional(),
    maxBackoffSeconds: seconds('Largest delay, in seconds; 60 by default.', 86_400).optional(),
    nonRetryableReasons: textSet(
      'Failure reasons that are not tried again, beside those that never are (schema mismatch, policy denial, budget).',
      32,
    ).optional(),
  })
  .meta({ description: 'How often and how fast a failed step is tried again.' });
export type RetryPolicy = z.output<typeof retryPolicy>;
