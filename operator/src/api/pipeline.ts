import { z } from 'zod';
import { conditions, observedGeneration } from './condition.ts';
import { count, decimal, digest, seconds, text } from './fields.ts';
import { gateTerms } from './gate-terms.ts';
import { freeJson, jsonSchema } from './json.ts';
import { defineKind, type Resource } from './kind.ts';
import { lifecycle } from './lifecycle.ts';
import { approvalQuorums, variableName } from './names.ts';
import { retryPolicy } from './retry-policy.ts';
import { bindings } from './binding.ts';
import { estimate } from './estimate.ts';
import { step } from './step/step.ts';

const parameter = z
  .strictObject({
    name: variableName('Name; templates refer to it as `{{input.<name>}}`.'),
    description: z.string().max(1024).optional().meta({ description: 'What it is for.' }),
    type: z
      .enum(['string', 'integer', 'number', 'boolean', 'array', 'object'])
      .optional()
      .meta({ description: 'JSON type; any when it is left out.' }),
    default: freeJson('Taken when a WorkItem does not give it; without one it must be given.').optional(),
    required: z
      .boolean()
      .optional()
      .meta({ description: 'Whether a WorkItem must give it; by default when there is no `default`.' }),
    schema: jsonSchema('What values must fit.').optional(),
  })
  .meta({ description: 'One parameter.' });

const execution = z
  .strictObject({
    mode: z.enum(['brave', 'safe']).default('brave').meta({
      description: '`safe` puts a gate named `start`, with the estimate, before the first step; `brave` does not.',
    }),
    startApprovals: approvalQuorums(
      'Who approves the start in safe mode; one person in the role `planning` by default.',
    ).optional(),
    startTerms: z
      .strictObject(gateTerms)
      .optional()
      .meta({ description: 'Who else may approve the start in safe mode, and how long there is to decide.' }),
    timeoutSeconds: seconds('Time that the whole run may take, in seconds; no limit by default.').optional(),
    maxParallel: count('Steps of one run that may run at the same time; 16 by default.', {
      min: 1,
      max: 1000,
    }).optional(),
    estimatedCostUnits: decimal("The author's estimate of the cost, shown in safe mode.").optional(),
    estimatedDurationSeconds: seconds(
      "The author's estimate of the duration, in seconds, shown in safe mode.",
    ).optional(),
    requireChangeTicket: z.boolean().optional().meta({
      description:
        'A WorkItem must carry the annotation `conclave.dev/change-ticket` before it enters production. False by default.',
    }),
  })
  .meta({ description: 'How runs go.' });

const defaults = z
  .strictObject({
    retryPolicy: retryPolicy.optional(),
    timeoutSeconds: seconds('Time that one attempt of a step may take, in seconds.').default(600),
  })
  .meta({ description: 'What holds for steps that do not say otherwise.' });

const stepList = (description: string, maxItems: number) =>
  z
    .array(step)
    .min(1)
    .max(maxItems)
    .meta({
      description,
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
    });

/** What a Pipeline says; a WorkItem may carry one inline. */
export const pipelineSpec = z
  .strictObject({
    displayName: text('Name for people.').optional(),
    description: z.string().max(4096).optional().meta({ description: 'What the pipeline is for.' }),
    version: text("The author's version of it.", 63).optional(),
    parameters: z
      .array(parameter)
      .max(64)
      .optional()
      .meta({
        description: 'What a WorkItem gives as `inputs`.',
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['name'],
      }),
    execution: execution.default({ mode: 'brave' }),
    defaults: defaults.default({ timeoutSeconds: 600 }),
    lifecycle: lifecycle.optional(),
    steps: stepList('The steps. Those without dependencies between them run side by side.', 1000),
    onExit: stepList('Steps that run at the end, however the run ended, cancelled runs included.', 64).optional(),
    outputs: bindings('What the run gives, by name.').optional(),
  })
  .meta({ description: 'What the pipeline does.' });
export type PipelineSpec = z.output<typeof pipelineSpec>;

const finding = z
  .strictObject({
    code: text('Stable identifier of the kind of mistake.', 63),
    level: count('Level of validation: 1 schema, 2 references, 3 data flow, 4 resources.', {
      min: 1,
      max: 4,
    }).optional(),
    path: z.string().max(1024).meta({ description: 'Where in the object.' }),
    message: z.string().max(1024).meta({ description: 'What is wrong.' }),
    hint: z.string().max(1024).optional().meta({ description: 'What to do about it.' }),
  })
  .meta({ description: 'One mistake.' });

const pipelineStatus = z
  .strictObject({
    observedGeneration: observedGeneration.optional(),
    conditions: conditions.optional(),
    stepCount: count('Steps, nested ones included.', { max: 1_000_000 }).optional(),
    digest: digest('Digest of the spec that the status speaks of, when it is valid.').optional(),
    errors: z
      .array(finding)
      .max(20)
      .optional()
      .meta({ description: 'What is wrong with the spec: the first 20 mistakes.' }),
    warnings: z
      .array(finding)
      .max(20)
      .optional()
      .meta({ description: 'What may be wrong, or could not be told: the first 20 warnings.' }),
    estimate: estimate.optional(),
  })
  .meta({ description: 'What the operator found.' });
export type PipelineStatus = z.output<typeof pipelineStatus>;
export type Pipeline = Resource<PipelineSpec, PipelineStatus>;

/** The kind Pipeline. */
export const pipelineKind = defineKind({
  kind: 'Pipeline',
  plural: 'pipelines',
  singular: 'pipeline',
  shortNames: ['pl'],
  description: 'A pipeline: parameters, steps, execution mode, lifecycle and outputs. WorkItems run it.',
  spec: pipelineSpec,
  status: pipelineStatus,
  printerColumns: [
    {
      name: 'Valid',
      type: 'string',
      jsonPath: '.status.conditions[?(@.type=="Valid")].status',
      description: 'Whether it can run.',
    },
    {
      name: 'Reason',
      type: 'string',
      jsonPath: '.status.conditions[?(@.type=="Valid")].reason',
      description: 'Why, in a word.',
    },
    { name: 'Steps', type: 'integer', jsonPath: '.status.stepCount', description: 'Steps, nested ones included.' },
    { name: 'Mode', type: 'string', jsonPath: '.spec.execution.mode', description: 'Safe or brave.' },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp', description: 'Time since it was made.' },
    {
      name: 'Lifecycle',
      type: 'string',
      jsonPath: '.spec.lifecycle.preset',
      description: 'Lifecycle preset.',
      priority: 1,
    },
    {
      name: 'Message',
      type: 'string',
      jsonPath: '.status.conditions[?(@.type=="Valid")].message',
      description: 'Why, in words.',
      priority: 1,
    },
  ],
});
