import { z } from 'zod';
import { conditions, observedGeneration } from './condition.ts';
import { estimate } from './estimate.ts';
import { count, digest, share, text, timestamp } from './fields.ts';
import { freeJson, freeObject } from './json.ts';
import { gateStatus } from './gate-status.ts';
import { actionName, roleName } from './names.ts';
import { stepStatus, waitingKinds } from './step-status.ts';
import { usage } from './usage.ts';

/** Phases of a WorkItem: a summary for people; programs read conditions. */
export const workItemPhases = [
  ...['Pending', 'Queued', 'Running', 'Waiting', 'Suspended'],
  ...['Succeeded', 'Failed', 'Cancelled'],
] as const;

const waiting = z
  .strictObject({
    kind: z.enum(waitingKinds).meta({ description: 'What kind of thing it waits for.' }),
    name: text('Name of what it waits for: a gate, an asset, a model, …', 1024),
    step: text('Path of the step that waits.', 700).optional(),
    since: timestamp('Since when.'),
    message: z.string().max(1024).meta({ description: 'What it waits for and what would end it, in words.' }),
    roles: z.array(z.string().max(30)).max(8).optional().meta({ description: 'Roles that may decide.' }),
    missing: count('Decisions that are still missing.', { max: 100 }).optional(),
    digest: digest('What is to be approved.').optional(),
  })
  .meta({ description: 'One thing that the run waits for.' });
export type Waiting = z.output<typeof waiting>;

const actor = z
  .strictObject({
    kind: z
      .enum(['user', 'role', 'system'])
      .meta({ description: 'A person, an agent for its role, or the operator itself.' }),
    name: text('Name of the user or the role.', 1024),
    role: text('Role that it acted in.', 30).optional(),
    step: text('Path of the step that acted.', 700).optional(),
  })
  .meta({ description: 'Who did it.' });

const transition = z
  .strictObject({
    sequence: count('Number of the record; it only grows.', { min: 1, max: Number.MAX_SAFE_INTEGER }),
    event: text('Name of the event, such as `planning.story.transitioned`.', 128),
    subject: text('What it happened to: the WorkItem, a step, a gate.', 700).optional(),
    from: text('State before.', 63).optional(),
    to: text('State after.', 63).optional(),
    action: text('Action taken.', 63).optional(),
    actor,
    digest: digest('What was decided on.').optional(),
    council: text('Council that deliberated, where one did.').optional(),
    attempt: count('Attempt of the step whose result it was.', { min: 1, max: 10_000 }).optional(),
    resultDigest: digest('Artifact that holds the whole Result of that attempt.').optional(),
    message: z.string().max(1024).optional().meta({ description: 'Comment, in words.' }),
    at: timestamp('When the operator saw it.'),
  })
  .meta({ description: 'One transition.' });
export type WorkItemTransition = z.output<typeof transition>;

const asset = z
  .strictObject({
    name: text('Name of the asset.', 512),
    step: text('Path of the step that recorded it; none for an event from outside.', 700).optional(),
    digest: digest('Digest of its value.').optional(),
    at: timestamp('When it was recorded.'),
  })
  .meta({ description: 'One asset.' });

const openAction = z
  .strictObject({
    name: actionName('Name of the action.'),
    roles: z.array(roleName('A role.')).max(16).meta({ description: 'Roles that may take it.' }),
    assigneeOnly: z
      .boolean()
      .optional()
      .meta({ description: 'Only whoever has claimed it in the role may take it: see `assignees`. False by default.' }),
  })
  .meta({ description: 'One action.' });

const assignee = z
  .strictObject({
    role: roleName('Role that it was claimed in.'),
    kind: z.enum(['user', 'role']).meta({ description: 'A person, or an agent for its role.' }),
    name: text('Name of the user or the role.', 1024),
  })
  .meta({ description: 'Who claimed it in one role.' });

const readyCheck = z
  .strictObject({
    name: text('What was looked at.', 63),
    score: share('How ready it is, from 0 to 1.'),
    message: z.string().max(512).optional().meta({ description: 'Why, in words.' }),
  })
  .meta({ description: 'One part of the score.' });

/** What the status of a WorkItem holds: records that later plans depend on, and summaries made from them. */
export const workItemStatus = z
  .strictObject({
    observedGeneration: observedGeneration.optional(),
    phase: z.enum(workItemPhases).optional().meta({ description: 'Summary of where it stands.' }),
    reason: text('Why it is in this phase, in a word.', 128).optional(),
    message: z.string().max(4096).optional().meta({ description: 'Why, in words.' }),
    progress: text('Steps that ended and steps in all: `7/12`.', 32).optional(),
    conditions: conditions.optional(),
    waitingFor: z.array(waiting).max(32).optional().meta({ description: 'What it waits for, the oldest first.' }),
    pipeline: z
      .strictObject({
        name: text('Pipeline it came from; none when it was given inline.').optional(),
        revision: text('ControllerRevision that holds what the run was pinned to.'),
        digest: digest('Digest of the pinned content: pipeline, roles, methods, models, councils, lifecycle.'),
      })
      .optional()
      .meta({ description: 'What the run is pinned to.' }),
    startedAt: timestamp('When it started.').optional(),
    finishedAt: timestamp('When it ended.').optional(),
    ending: z
      .strictObject({
        phase: z.enum(['Succeeded', 'Failed', 'Cancelled']).meta({ description: 'What it ends as.' }),
        reason: text('Why, in a word.', 128),
        message: z.string().max(1024).optional().meta({ description: 'Why, in words.' }),
        failedStep: text('Path of the step that failed first.', 700).optional(),
      })
      .optional()
      .meta({
        description: 'How the run ends, once that is certain. No further step starts but those that clean up.',
      }),
    retryCount: count('The `spec.retryCount` that was acted on.', { max: 1000 }).optional(),
    steps: z
      .array(stepStatus)
      .max(5000)
      .optional()
      .meta({ description: 'The steps, in the order in which they began.' }),
    outputs: freeObject('Outputs of the run.').optional(),
    outputsRef: z
      .strictObject({
        digest: digest('Digest of the artifact.'),
        sizeBytes: count('Its size, in bytes.', { max: Number.MAX_SAFE_INTEGER }),
      })
      .optional()
      .meta({ description: 'Where the outputs are when they are too large to stand here.' }),
    assets: z.array(asset).max(1000).optional().meta({ description: 'Assets that were recorded.' }),
    assetsRef: z
      .strictObject({
        digest: digest('Digest of the artifact.'),
        count: count('How many assets it lists.', { max: 1_000_000 }),
      })
      .optional()
      .meta({ description: 'Where further assets are listed, when they are too many to stand here.' }),
    gates: z.array(gateStatus).max(16).optional().meta({ description: 'Gates, open and decided.' }),
    lifecycle: z
      .strictObject({
        state: text('State of the lifecycle.', 63),
        since: timestamp('When it was entered.'),
        round: count('How often work was sent back.', { max: 10_000 }),
        digest: digest('What an action that is taken now acts on: state, round, content and policies.').optional(),
        actions: z
          .array(openAction)
          .max(32)
          .optional()
          .meta({ description: 'Actions that may be taken now; the admission policies refuse every other.' }),
        assignees: z
          .array(assignee)
          .max(16)
          .optional()
          .meta({ description: 'Who claimed it, one for each role, so that work sent back finds whoever did it.' }),
        outcome: text('What it has come to.', 63).optional(),
        feedback: z.string().max(4096).optional().meta({ description: 'Why it was last sent back.' }),
        readyScore: z
          .number()
          .min(0)
          .max(1)
          .optional()
          .meta({ description: 'Definition-of-ready score, from 0 to 1.' }),
        readyChecks: z
          .array(readyCheck)
          .max(16)
          .optional()
          .meta({ description: 'Parts of the definition-of-ready score.' }),
      })
      .optional()
      .meta({ description: 'Where it stands in its lifecycle.' }),
    decidedUnder: z
      .strictObject({
        policies: text('Identity of the admission policies that were in force.', 128),
        salt: z.string().max(64).meta({ description: 'What nobody could know before it was recorded.' }),
      })
      .optional()
      .meta({ description: 'What every digest that people decide on covers beside its content.' }),
    assignee: text('Who has claimed it and is at work on it: a user, or a role.', 1024).optional(),
    transitions: z
      .array(transition)
      .max(50)
      .optional()
      .meta({ description: 'The last 50 transitions, the newest last.' }),
    sequence: count('Number of the last record.', { max: Number.MAX_SAFE_INTEGER }).optional(),
    recordedSequence: count(
      'Number of the last record that the record store holds; earlier ones may leave the status.',
      {
        max: Number.MAX_SAFE_INTEGER,
      },
    ).optional(),
    sla: z
      .strictObject({
        dueAt: timestamp('By when it is to be done.'),
        missedAt: timestamp('When the operator saw that it was not.').optional(),
      })
      .optional()
      .meta({
        description:
          'By when it is to be done, where it or its lifecycle says `slaSeconds`; of two, the earlier. The condition `Overdue` says the same.',
      }),
    estimate: estimate.optional(),
    usage: usage('What it has used.').optional(),
    replay: z
      .strictObject({
        workItemUid: text('UID of the WorkItem that is replayed.', 36),
        steps: freeJson('Steps whose results are taken over, each with its digest.').optional(),
      })
      .optional()
      .meta({ description: 'What a replay took over.' }),
  })
  .meta({ description: 'The truth about the run. Only the operator writes it.' });
export type WorkItemStatus = z.output<typeof workItemStatus>;
