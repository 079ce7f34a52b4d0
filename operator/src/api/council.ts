import { z } from 'zod';
import { agentLimits, sampling } from './agent.ts';
import { conditions, observedGeneration } from './condition.ts';
import { count, decimal, longText, reference, seconds, share, text, timestamp } from './fields.ts';
import { jsonSchema } from './json.ts';
import { defineKind, type Resource } from './kind.ts';
import { placement, resources } from './placement.ts';

const memberName = (description: string) =>
  z
    .string()
    .max(40)
    .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/)
    .meta({ description });

const member = z
  .strictObject({
    name: memberName('Name of the member, unique in the Council.'),
    roleRef: reference('AgentRole', 'Role of the member.'),
    modelRef: reference('Model', "Model of the member; the Council's, then the role's, by default.").optional(),
    sampling: sampling.optional(),
    weight: count('Weight of its scores or ballot; 1 by default.', { min: 1, max: 100 }).optional(),
  })
  .meta({ description: 'One member.' });

const criterion = z
  .strictObject({
    name: memberName('Name of the criterion.'),
    description: longText('What is looked at, as the judges read it.', 4096),
    weight: count('Weight in the score; 1 by default.', { min: 1, max: 100 }).optional(),
  })
  .meta({ description: 'One criterion.' });

const councilSpec = z
  .strictObject({
    description: z.string().max(4096).optional().meta({ description: 'What the Council is for.' }),
    members: z
      .array(member)
      .min(2)
      .max(16)
      .optional()
      .meta({
        description: 'The members, each with a role of its own.',
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['name'],
      }),
    roleRef: reference('AgentRole', 'Role of all members, when they share one.').optional(),
    size: count('Members that share `roleRef`; 3 by default.', { min: 2, max: 16 }).optional(),
    modelRef: reference('Model', "Model of the members; their roles' by default.").optional(),
    strategy: z.enum(['peer_review', 'judge', 'vote', 'debate']).default('peer_review').meta({
      description:
        '`peer_review`: members score each other, anonymised; `judge`: a judge scores by the rubric; `vote`: ranked ballots (Schulze); `debate`: rounds of critique and revision before peer review.',
    }),
    rounds: count('Rounds of proposals; the first is blind. 1 by default, 2 for a debate.', {
      min: 1,
      max: 8,
    }).optional(),
    judge: z
      .strictObject({
        roleRef: reference('AgentRole', 'Role of the judge.'),
        modelRef: reference('Model', "Model of the judge; its role's by default.").optional(),
      })
      .optional()
      .meta({ description: 'Who judges, for the strategy `judge`.' }),
    rubric: z
      .array(criterion)
      .max(16)
      .optional()
      .meta({
        description: 'What proposals are scored by, each criterion from 0 to 10.',
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['name'],
      }),
    proposalSchema: jsonSchema("What a proposal must fit; the role's output schema by default.").optional(),
    quorum: count('Members that must have proposed for there to be a winner; more than half by default.', {
      min: 1,
      max: 16,
    }).optional(),
    minimumScore: z
      .number()
      .min(0)
      .max(10)
      .optional()
      .meta({ description: 'Smallest mean score of a winner, from 0 to 10; none by default.' }),
    earlyStop: z
      .strictObject({ agreement: share('Share of members that must agree, from 0 to 1.') })
      .optional()
      .meta({ description: 'End the rounds as soon as enough members agree.' }),
    isolation: z.enum(['shared', 'pods']).default('shared').meta({
      description:
        '`shared`: one pod for all members; `pods`: a pod for each member and stage, with its own Model beside it and keys that no other member has.',
    }),
    seed: count('Seed of the shuffling; drawn for each deliberation and recorded by default.', {
      max: 4_294_967_295,
    }).optional(),
    timeoutSeconds: seconds('Time that a deliberation may take, in seconds; that of its step by default.').optional(),
    limits: agentLimits.optional(),
    resources: resources.optional(),
    placement: placement.optional(),
  })
  .meta({
    description: 'Who deliberates, and how a winner is chosen.',
    'x-kubernetes-validations': [
      { rule: 'has(self.members) != has(self.roleRef)', message: 'exactly one of members and roleRef must be given' },
      {
        rule: '!has(self.size) || has(self.roleRef)',
        message: 'size goes with roleRef; members are counted as they are listed',
      },
      {
        rule: "has(self.judge) == (self.strategy == 'judge')",
        message: 'the strategy judge needs a judge, and no other strategy has one',
      },
      {
        rule: '!has(self.quorum) || self.quorum <= (has(self.members) ? size(self.members) : (has(self.size) ? self.size : 3))',
        message: 'quorum must not be greater than the number of members',
      },
    ],
  });
export type CouncilSpec = z.output<typeof councilSpec>;

const councilStatus = z
  .strictObject({
    observedGeneration: observedGeneration.optional(),
    conditions: conditions.optional(),
    deliberations: count('Deliberations that ended.', { max: Number.MAX_SAFE_INTEGER }).optional(),
    withoutWinner: count('Those that ended with no winner.', { max: Number.MAX_SAFE_INTEGER }).optional(),
    agreement: share('Mean share of members whose first choice was the winner.').optional(),
    members: z
      .array(
        z
          .strictObject({
            name: text('Name of the member.', 63),
            wins: count('Deliberations that it won.', { max: Number.MAX_SAFE_INTEGER }),
            proposals: count('Proposals that it made.', { max: Number.MAX_SAFE_INTEGER }),
            meanScore: z.number().optional().meta({ description: 'Mean score of its proposals, from 0 to 10.' }),
          })
          .meta({ description: 'One member.' }),
      )
      .max(16)
      .optional()
      .meta({ description: 'How the members have done.' }),
    totalTokens: count('Tokens of all deliberations.', { max: Number.MAX_SAFE_INTEGER }).optional(),
    costUnits: decimal("Cost of all deliberations, in the Tenant's currency unit.").optional(),
    recent: z
      .array(
        z
          .strictObject({
            workItemUid: text('UID of the WorkItem.', 36),
            step: text('Path of the step.', 700),
            attempt: count('Number of the attempt.', { min: 1, max: 10_000 }),
            at: timestamp('When it was recorded.'),
            winner: text('Member that won; none when there was no winner.', 63).optional(),
          })
          .meta({ description: 'One deliberation.' }),
      )
      .max(64)
      .optional()
      .meta({ description: 'The last deliberations that the counters include: so that none is counted twice.' }),
    countedUntil: timestamp(
      'Those that were recorded until then are counted, though `recent` has them no longer.',
    ).optional(),
    lastDeliberationTime: timestamp('When the last one ended.').optional(),
  })
  .meta({ description: 'What the Council has done so far.' });
export type CouncilStatus = z.output<typeof councilStatus>;
export type Council = Resource<CouncilSpec, CouncilStatus>;

/** The kind Council. */
export const councilKind = defineKind({
  kind: 'Council',
  plural: 'councils',
  singular: 'council',
  shortNames: ['co'],
  description: 'A council of agents that deliberate on a topic: who they are, and how a winner is chosen.',
  spec: councilSpec,
  status: councilStatus,
  printerColumns: [
    { name: 'Strategy', type: 'string', jsonPath: '.spec.strategy', description: 'How the winner is chosen.' },
    { name: 'Model', type: 'string', jsonPath: '.spec.modelRef.name', description: 'Model of the members.' },
    {
      name: 'Ready',
      type: 'string',
      jsonPath: '.status.conditions[?(@.type=="Ready")].status',
      description: 'Whether all it names is there.',
    },
    {
      name: 'Deliberations',
      type: 'integer',
      jsonPath: '.status.deliberations',
      description: 'Deliberations that ended.',
    },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp', description: 'Time since it was made.' },
    {
      name: 'Tokens',
      type: 'integer',
      jsonPath: '.status.totalTokens',
      description: 'Tokens of all deliberations.',
      priority: 1,
    },
    {
      name: 'Cost',
      type: 'string',
      jsonPath: '.status.costUnits',
      description: 'Cost of all deliberations.',
      priority: 1,
    },
  ],
});
