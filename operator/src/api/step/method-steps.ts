import { z } from 'zod';
import { count, text } from '../fields.ts';
import { freeObject } from '../json.ts';
import { podFields, stepBase } from './step-base.ts';

const method = text('Method to call: its `spec.id`, or its name with `_` for `-`. May contain templates.');

const apiOrDirect = (whenLeftOut: string) =>
  z
    .enum(['api', 'direct'])
    .optional()
    .meta({
      description: `\`api\`: an HTTP call by the operator; \`direct\`: a Job with the Method's image. ${whenLeftOut} by default.`,
    });

/** A `crawler` step. */
export const crawler = z.strictObject({
  ...stepBase,
  ...podFields,
  type: z.literal('crawler').meta({ description: 'Collects data by a Method.' }),
  method,
  executionMode: apiOrDirect('`api`'),
});

/** A `function` step. */
export const functionStep = z.strictObject({
  ...stepBase,
  ...podFields,
  type: z.literal('function').meta({ description: 'Calls a Method.' }),
  method,
  executionMode: apiOrDirect('`direct`'),
});

/** An `ml_model` step. */
export const mlModel = z.strictObject({
  ...stepBase,
  ...podFields,
  type: z.literal('ml_model').meta({ description: 'Asks a machine-learning model that is registered as a Method.' }),
  model: text('Registered model: a Method of type `model`, by its `spec.id` or name. May contain templates.'),
  executionMode: apiOrDirect('`api`'),
});

/** An `ml_serving` step. */
export const mlServing = z.strictObject({
  ...stepBase,
  ...podFields,
  type: z
    .literal('ml_serving')
    .meta({ description: 'Serves a model as a Deployment and a Service; ends when it is ready.' }),
  executionMode: z.literal('k8s').optional().meta({ description: 'Always `k8s`.' }),
  model: text(
    'Registered model that says how it is served; by default a Method of type `model` for `serviceName`.',
  ).optional(),
  modelUri: text('Where the model lies, such as `models:/name/3`. May contain templates.', 2048).optional(),
  modelVersion: text('Version of the model. May contain templates.').optional(),
  serviceName: text(
    'Name of the Deployment and the Service, with `_` for `-`. May contain templates of inputs of the run: `pace-{{input.ship}}`.',
    63,
  ),
  replicas: count('Pods that serve it; 1 by default.', { min: 1, max: 64 }).optional(),
  removal: z.enum(['onCompletion', 'onDeletion', 'never']).optional().meta({
    description: 'When it is taken down: at the end of the run (the default), with the WorkItem, or never.',
  }),
});

/** An `ml_training` step. */
export const mlTraining = z.strictObject({
  ...stepBase,
  ...podFields,
  type: z
    .literal('ml_training')
    .meta({ description: 'Hands training to another engine and watches its object to the end.' }),
  executionMode: z
    .literal('orchestrator_delegation')
    .optional()
    .meta({ description: 'Always `orchestrator_delegation`.' }),
  training: z
    .looseObject({
      modelType: text('Kind of model, such as `llm`.').optional(),
      model: text('Base model.').optional(),
      method: text(
        'Method of type `object` whose template is applied, by its `spec.id` or name, such as `sft + lora`.',
      ),
      trainingData: freeObject('Where the training data comes from; `source` may be a template.').optional(),
      experimentName: text('Experiment that the run belongs to.').optional(),
    })
    .meta({
      description: "What is trained and how; further keys are kept and reach the Method's template.",
      'x-kubernetes-preserve-unknown-fields': true,
    }),
});

/** A `data_transform` step. */
export const dataTransform = z.strictObject({
  ...stepBase,
  type: z
    .literal('data_transform')
    .meta({ description: 'Asks for a transformation and ends when the asset event arrives.' }),
  executionMode: z.literal('event_driven').optional().meta({ description: 'Always `event_driven`.' }),
  asset: text(
    'Asset that the transformation makes: the subject of the event that ends the step. May contain templates.',
  ),
  method: text(
    'Method that sends the request; without one, the step only waits for the event. May contain templates.',
  ).optional(),
});
