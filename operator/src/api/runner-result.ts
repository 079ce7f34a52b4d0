import { z } from 'zod';
import { count, digest, longText, share, text, timestamp } from './fields.ts';
import { freeJson, freeObject } from './json.ts';
import { apiVersion } from './kind.ts';
import { usage } from './usage.ts';

export { answerLost, exitCodes, maxTerminationMessageBytes, resultPath } from './runner-contract.ts';

const artifact = z
  .strictObject({
    name: text('Name of the artifact, such as `diff`.', 63),
    digest: digest('Its digest.'),
    sizeBytes: count('Its size, in bytes.', { max: Number.MAX_SAFE_INTEGER }),
    mediaType: text('Its media type.', 127),
  })
  .meta({ description: 'One artifact.' });

const failure = z
  .strictObject({
    reason: text(
      'Why, as one word that programs may rely on. `AnswerLost` without `retryable`: it may have been carried out, and the Method says what follows.',
      128,
    ),
    message: z.string().max(4096).meta({ description: 'Why, in words.' }),
    retryable: z.boolean().meta({ description: 'Whether trying again may help.' }),
  })
  .meta({ description: 'Why it failed.' });

const deliberation = z
  .strictObject({
    winner: text('Member whose proposal was chosen; none when there is no winner.', 63).optional(),
    reason: text('How it ended, in a word, such as `HighestScore` or `NoQuorum`.', 63),
    ranking: z
      .array(
        z
          .strictObject({
            member: text('Name of the member.', 63),
            score: z.number().meta({ description: 'Mean score, from 0 to 10; its rank for ballots.' }),
            proposalDigest: digest('Digest of its proposal.'),
            proposal: freeJson('The proposal itself.').optional(),
          })
          .meta({ description: 'One proposal.' }),
      )
      .max(16)
      .meta({ description: 'The proposals, the best first.' }),
    scores: z
      .array(
        z
          .strictObject({
            by: text('Who scored.', 63),
            member: text('Whose proposal.', 63),
            score: z.number().min(0).max(10).meta({ description: 'From 0 to 10.' }),
          })
          .meta({ description: 'One score.' }),
      )
      .max(256)
      .meta({ description: 'All scores.' }),
    dissent: z
      .array(longText('An objection.', 4096))
      .max(16)
      .optional()
      .meta({ description: 'Objections that were kept.' }),
    agreement: share('Share of members whose first choice was the winner.'),
    rounds: count('Rounds that were held.', { max: 8 }),
    seed: count('Seed of the shuffling.', { max: 4_294_967_295 }),
  })
  .meta({ description: 'How a deliberation ended.' });

/** A score that one member gives to one proposal. */
export const givenScore = z
  .strictObject({
    alias: text('Proposal that is scored.', 63),
    score: z.number().min(0).max(10).meta({ description: 'From 0 to 10.' }),
    comment: longText('Why.', 4096).optional(),
  })
  .meta({ description: 'One score.' });

/** What one member says in its part of a deliberation: one of its fields. */
export const ballot = z
  .strictObject({
    proposal: freeJson('Proposal of the member.').optional(),
    scores: z.array(givenScore).max(16).optional().meta({ description: 'Scores that the member gave.' }),
    ranking: z
      .array(text('A proposal.', 63))
      .max(16)
      .optional()
      .meta({ description: 'Its ranked ballot, the best first.' }),
    comment: longText('What it says to its ballot.', 4096).optional(),
  })
  .meta({ description: 'What one member did in its part of a deliberation.' });

const outcome = z.enum(['succeeded', 'failed', 'limit']).meta({
  description: 'How it ended: done, failed, or a limit was reached.',
});

/** What a pod answers: `/conclave/result.json`. */
export const runnerResult = z
  .strictObject({
    apiVersion: z.literal(apiVersion).meta({ description: 'Version of this document.' }),
    kind: z.literal('Result').meta({ description: 'Always `Result`.' }),
    outcome,
    outputs: freeObject('Outputs, by field.').optional(),
    error: failure.optional(),
    usage: usage('What it used, failed calls included.').optional(),
    artifacts: z.array(artifact).max(256).optional().meta({ description: 'Artifacts that it stored.' }),
    transcript: artifact.optional(),
    deliberation: deliberation.optional(),
    ballot: ballot.optional(),
    toolCalls: z
      .array(
        z
          .strictObject({
            tool: text('Name of the tool.', 128),
            calls: count('Calls that ran.', { max: 1_000_000 }),
            refused: count('Calls that were refused.', { max: 1_000_000 }),
          })
          .meta({ description: 'One tool.' }),
      )
      .max(256)
      .optional()
      .meta({ description: 'Tools that were called.' }),
    provenance: freeJson('Model, revision and versions that took part.').optional(),
    startedAt: timestamp('When the attempt began.'),
    finishedAt: timestamp('When it ended.'),
  })
  .meta({ id: 'Result', description: 'What a pod answers.' });
export type RunnerResult = z.output<typeof runnerResult>;

/** What a container leaves as its termination message: the verdict, and the rest by digest. */
export const terminationMessage = z
  .strictObject({
    outcome,
    digest: digest('Digest of the outputs, as canonical JSON (RFC 8785), when they were uploaded.').optional(),
    sizeBytes: count('Their size, in bytes.', { max: Number.MAX_SAFE_INTEGER }).optional(),
    outputs: freeObject('Outputs, when they are tiny.').optional(),
    error: failure.optional(),
    usage: usage('What it used.').optional(),
    resultDigest: digest(
      'Artifact that holds the whole Result, where it was stored: agents, flows and Councils do, failed ones too.',
    ).optional(),
  })
  .meta({
    id: 'TerminationMessage',
    description: 'What a container leaves behind: the verdict, and the rest by digest.',
  });
export type TerminationMessage = z.output<typeof terminationMessage>;
