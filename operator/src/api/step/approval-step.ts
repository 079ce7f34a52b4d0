import { z } from 'zod';
import { longText, textSet } from '../fields.ts';
import { gateTerms } from '../gate-terms.ts';
import { approvalQuorums, gateName, stepName } from '../names.ts';
import { stepBase } from './step-base.ts';

/** An `approval` step. */
export const approval = z.strictObject({
  ...stepBase,
  type: z.literal('approval').meta({ description: 'Waits for people.' }),
  gate: gateName('Name of the gate; by default the name of the step in lower case with `_` as `-`.').optional(),
  approvals: approvalQuorums('Who must approve, and how many.'),
  message: longText('What the people are asked. May contain templates.', 4096).optional(),
  show: textSet('Paths of outputs that are shown and covered by the approval; all by default.', 32).optional(),
  production: z
    .boolean()
    .optional()
    .meta({ description: 'Approving needs the digest that was shown. False by default.' }),
  ...gateTerms,
  returnTo: stepName('Step that the run returns to when it is rejected; without it the step fails.').optional(),
});
