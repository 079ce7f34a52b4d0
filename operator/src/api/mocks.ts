import { z } from 'zod';
import { text } from './fields.ts';
import { freeObject } from './json.ts';
import { roleName } from './names.ts';

const duration = z
  .number()
  .min(0)
  .max(31_536_000)
  .meta({ description: 'How long it takes, in seconds of the virtual clock; fractions are allowed.' });

const mockError = z
  .strictObject({
    message: z.string().min(1).max(1024).meta({ description: 'Why, in words.' }),
    reason: text('Why, in a word; `Failed` by default.', 128).optional(),
    retryable: z.boolean().optional().meta({ description: 'Whether trying again may help; true by default.' }),
  })
  .meta({ description: 'The attempt fails.' });

const outcome = {
  outputs: freeObject('What the step gives. Values, no templates.').optional(),
  error: mockError.optional(),
  durationSeconds: duration.optional(),
} as const;

const isOutputsOrError = ({ outputs, error }: { readonly outputs?: unknown; readonly error?: unknown }) =>
  outputs === undefined || error === undefined;

/** How one attempt of a step ends in a dry-run. With neither `outputs` nor `error` its outputs are made up. */
export const mockAttempt = z
  .strictObject(outcome)
  .refine(isOutputsOrError, { error: 'outputs and error exclude each other' })
  .meta({ description: 'How one attempt ends.' });
export type MockAttempt = z.output<typeof mockAttempt>;

/** How a step goes in a dry-run: every attempt alike, or one after the other. */
export const stepMock = z
  .strictObject({
    ...outcome,
    attempts: z
      .array(mockAttempt)
      .min(1)
      .max(100)
      .optional()
      .meta({ description: 'How its attempts end, one after the other; the last one repeats.' }),
  })
  .refine(isOutputsOrError, { error: 'outputs and error exclude each other' })
  .refine(({ attempts, outputs, error }) => attempts === undefined || (outputs === undefined && error === undefined), {
    error: 'with attempts, outputs and errors stand in each of them',
  })
  .meta({ description: 'How a step goes.' });
export type StepMock = z.output<typeof stepMock>;

const decision = z.enum(['approved', 'rejected']).meta({ description: 'What people decide.' });
const user = text('Who decides.', 1024);

const explainedDecision = z
  .strictObject({
    decision,
    comment: z.string().max(1024).optional().meta({ description: 'What they say.' }),
    by: z
      .union([user, z.array(user).min(1).max(9)])
      .optional()
      .meta({ description: 'Who decides; as many people as the gate asks for by default.' }),
    durationSeconds: duration.optional(),
  })
  .meta({ description: 'A decision, and who makes it.' });
export type DecisionMock = z.output<typeof decision> | z.output<typeof explainedDecision>;

/** What people decide at a gate, or what they decide in one round after the other. */
export const gateMock = z
  .union([
    decision,
    explainedDecision,
    z
      .array(z.union([decision, explainedDecision]))
      .min(1)
      .max(100),
  ])
  .meta({ description: 'What is decided at a gate; a list has one decision for each round.' });
export type GateMock = z.output<typeof gateMock>;

const explainedAction = z
  .strictObject({
    comment: z.string().max(1024).optional().meta({ description: 'What they say.' }),
    by: user.optional(),
    role: roleName('Role that they act in; the first that may by default.').optional(),
    durationSeconds: duration.optional(),
  })
  .meta({ description: 'An action, and who takes it.' });
export type ExplainedActionMock = z.output<typeof explainedAction>;

const actionTaken = z.union([z.literal('done'), explainedAction]);

/** That a person takes an action of the lifecycle: once, or as often as the list is long. */
export const actionMock = z
  .union([z.literal('done'), explainedAction, z.array(actionTaken).min(1).max(100)])
  .meta({ description: 'An action of the lifecycle that a person takes; a list has one entry for each time.' });
export type ActionMock = z.output<typeof actionMock>;

/** How long things take that do not say it themselves, in seconds. */
export const mockDuration = duration;
