import { z } from 'zod';
import { count, digest, text, timestamp } from './fields.ts';
import { actionName, approvalQuorums, gateName, roleName } from './names.ts';

const decision = z
  .strictObject({
    slot: text('Annotation it came from, without the prefix.', 80),
    role: roleName('Role that the person acted in.'),
    user: text('Who decided, as the API server authenticated them.', 1024),
    decision: z.enum(['approved', 'rejected']).meta({ description: 'What they decided.' }),
    comment: z.string().max(1024).optional().meta({ description: 'What they said.' }),
    digest: digest('What they decided on.'),
    at: timestamp('When the operator saw it.'),
  })
  .meta({ description: 'One decision that was used.' });

/** A gate: what is to be approved, by whom, and what was decided. The admission policies read it. */
export const gateStatus = z
  .strictObject({
    name: gateName('Name of the gate.'),
    step: text('Path of the step it belongs to, if any.', 700).optional(),
    action: actionName('Action of the lifecycle that it guards, if any.').optional(),
    state: z.enum(['Open', 'Approved', 'Rejected', 'Expired']).meta({ description: 'Where it stands.' }),
    digest: digest('Digest of exactly what is to be approved.'),
    content: digest('Artifact that holds what is to be approved, as it is shown.').optional(),
    previousContent: digest('The same, of the round before.').optional(),
    shown: z
      .string()
      .max(8192)
      .optional()
      .meta({
        description:
          'What is to be approved, as JSON: the beginning of it where it takes more than 8 KiB, or there is no room for ' +
          'more beside other gates. All of it, when its digest is `content`.',
      }),
    previousShown: z
      .string()
      .max(8192)
      .optional()
      .meta({ description: 'The same, of the round before, where there is room for it.' }),
    round: count('How often it was opened.', { min: 1, max: 10_000 }),
    approvals: approvalQuorums('Who must approve, and how many.'),
    production: z.boolean().meta({ description: 'Approving needs the digest that was shown.' }),
    allowRequester: z.boolean().meta({ description: 'Whoever made the WorkItem may approve.' }),
    allowedServiceAccounts: z
      .array(z.string().max(317))
      .max(16)
      .optional()
      .meta({ description: 'Service accounts that may decide.' }),
    message: z.string().max(4096).optional().meta({ description: 'What the people are asked.' }),
    openedAt: timestamp('When it was opened.'),
    expiresAt: timestamp('When it counts as rejected.').optional(),
    decidedAt: timestamp('When it was decided.').optional(),
    decisions: z.array(decision).max(72).optional().meta({ description: 'Decisions that were used.' }),
  })
  .meta({ description: 'One gate.' });
export type GateStatus = z.output<typeof gateStatus>;
