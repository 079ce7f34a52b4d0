import { z } from 'zod';
import { count, text, timestamp } from './fields.ts';

const counts = {
  turns: count('Answers of models so far.', { max: 1_000_000 }),
  toolCalls: count('Calls of tools so far, refused ones too.', { max: 1_000_000 }),
  promptTokens: count('Tokens read so far.', { max: Number.MAX_SAFE_INTEGER }),
  completionTokens: count('Tokens written so far.', { max: Number.MAX_SAFE_INTEGER }),
};

/** How far an attempt has come, as status keeps it. */
export const attemptProgress = z.strictObject({ ...counts, at: timestamp('When it was recorded.') }).meta({
  description: 'How far an agent, a flow or a Council has come, about once a minute; gone once the attempt has ended.',
});

/** How far an attempt has come, as the agent runner tells it: `PUT /v1/progress`. */
export const toldProgress = z.strictObject({
  step: text('Path of the step.', 700),
  attempt: count('Number of the attempt.', { min: 1, max: 10_000 }),
  ...counts,
});
export type ToldProgress = z.output<typeof toldProgress>;

/** The counts alone. */
export type ProgressCounts = Omit<ToldProgress, 'step' | 'attempt'>;
