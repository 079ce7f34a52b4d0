import { z } from 'zod';
import { attemptProgress } from './attempt-progress.ts';
import { count, digest, text, timestamp } from './fields.ts';
import { freeObject } from './json.ts';
import { usage } from './usage.ts';

/** Kinds of things that a run can wait for. */
export const waitingKinds = [
  ...['decision', 'gpu', 'image', 'model', 'quota', 'budget'],
  ...['dependency', 'asset', 'event', 'retry', 'policy', 'suspended'],
] as const;

/** Phases of a step. */
export const stepPhases = ['Pending', 'Running', 'Waiting', 'Succeeded', 'Failed', 'Skipped', 'Cancelled'] as const;

/** How an attempt ended. */
export const attemptResults = ['Succeeded', 'Failed', 'Disrupted', 'Cancelled', 'Unknown'] as const;

const attempt = z
  .strictObject({
    number: count('Number of the attempt, from 1; it grows over all rounds.', { min: 1, max: 10_000 }),
    round: count('Round of the step that it belongs to; 1 when it is left out.', { min: 1, max: 10_000 }).optional(),
    startedAt: timestamp('When it was recorded; the Job comes after. That of the step when it is left out.').optional(),
    finishedAt: timestamp('When its result was recorded.').optional(),
    jobName: text(
      'Job that it shares with attempts of other iterations, or of other members, where it has none to itself.',
      63,
    ).optional(),
    jobUid: text('UID of that Job, once it was seen.', 36).optional(),
    podUid: text('UID of the Pod whose result was accepted.', 36).optional(),
    specDigest: digest('Digest of what the Job was made from.').optional(),
    resultDigest: digest('Artifact that holds the whole result, when it was uploaded.').optional(),
    result: z.enum(attemptResults).optional().meta({ description: 'How it ended.' }),
    reason: text('Why, in a word.', 128).optional(),
    message: z.string().max(1024).optional().meta({ description: 'Why, in words.' }),
    exitCode: count('Exit code of the container.', { max: 255 }).optional(),
    retryable: z.boolean().optional().meta({ description: 'Whether trying again may help.' }),
    progress: attemptProgress.optional(),
    reserved: usage('What was reserved for it.').optional(),
    used: usage('What it used.').optional(),
  })
  .meta({ description: 'One attempt.' });
export type Attempt = z.output<typeof attempt>;

const ranges = (description: string) =>
  z
    .string()
    .max(8192)
    .meta({ description: `${description} As ranges: \`0-41,43\`.` });

const iterations = z
  .strictObject({
    count: count('Iterations in all.', { max: 1_000_000 }),
    succeeded: ranges('Iterations that succeeded.').optional(),
    failed: ranges('Iterations that failed.').optional(),
    skipped: ranges('Iterations that were skipped.').optional(),
    cancelled: ranges('Iterations that were cancelled.').optional(),
    resultsRef: digest(
      'Last of the artifacts that hold the results of the iterations that are done. Of a deliberation, what it has come to: in the end its whole Result.',
    ).optional(),
    used: usage('What the attempts of the iterations that are done used.').optional(),
    lastAttempt: count('Highest number of an attempt in iterations that are done.', { max: 10_000 }).optional(),
    attemptsBefore: count('Highest number of an attempt in earlier rounds; no number is given twice.', {
      max: 10_000,
    }).optional(),
  })
  .meta({
    description:
      'Iterations of a loop, or stages of a deliberation whose members have pods of their own: kept as ranges, never as a record each once they are done.',
  });

/** Where one step stands. */
export const stepStatus = z
  .strictObject({
    path: text(
      'Path of the step: its name, inside a loop `<loop>[<index>].<name>`; of a member with a pod of its own `<step>[<stage>].<member>`.',
      700,
    ),
    phase: z.enum(stepPhases).meta({ description: 'Where it stands.' }),
    reason: text('Why, in a word.', 128).optional(),
    message: z.string().max(1024).optional().meta({ description: 'Why, in words.' }),
    activatedBy: text('Path of the step that activated it.', 700).optional(),
    branch: z.enum(['ifTrue', 'ifFalse']).optional().meta({ description: 'Branch that a conditional took.' }),
    startedAt: timestamp('When its first attempt was recorded.').optional(),
    finishedAt: timestamp('When it ended.').optional(),
    round: count('How often it was begun: again after work was sent back or a retry was asked for. 1 when left out.', {
      min: 1,
      max: 10_000,
    }).optional(),
    failures: count('Attempts of this round that failed and count against its retry policy; disruptions do not.', {
      max: 10_000,
    }).optional(),
    attempts: z
      .array(attempt)
      .max(100)
      .optional()
      .meta({ description: 'Its attempts, the oldest first; of more than 100, the last.' }),
    retryAt: timestamp('When the next attempt is due.').optional(),
    inputsDigest: digest('Digest of its resolved inputs.').optional(),
    outputs: freeObject('Its outputs, when they are at most 1 KiB.').optional(),
    outputsRef: z
      .strictObject({
        digest: digest('Digest of the artifact.'),
        sizeBytes: count('Its size, in bytes.', { max: Number.MAX_SAFE_INTEGER }),
      })
      .optional()
      .meta({ description: 'Where its outputs are when they are larger.' }),
    iterations: iterations.optional(),
  })
  .meta({ description: 'One step.' });
export type StepStatus = z.output<typeof stepStatus>;
