import { z } from 'zod';
import { seconds, textSet } from './fields.ts';

/** Who else may decide at a gate, and how long there is to decide: the same wherever a gate is asked for. */
export const gateTerms = {
  allowRequester: z
    .boolean()
    .optional()
    .meta({ description: 'Whoever made the WorkItem may approve. False by default.' }),
  allowedServiceAccounts: textSet('Service accounts that may decide, as `namespace:name`.', 16, 317).optional(),
  expiresSeconds: seconds('Time to decide, in seconds; the gate then counts as rejected. Never by default.').optional(),
} as const;
