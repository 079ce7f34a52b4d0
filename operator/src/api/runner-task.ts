import { z } from 'zod';
import { agentLimits } from './agent.ts';
import { count, seconds, text, url } from './fields.ts';
import { freeJson, freeObject, jsonSchema } from './json.ts';
import { apiVersion } from './kind.ts';
import { agentWork, codeWork, councilWork, flowWork, methodWork } from './runner-work.ts';

/** Where a pod finds its task. */
export const taskPath = '/conclave/task.json';

/** What a pod is given to do: `/conclave/task.json`. */
export const runnerTask = z
  .strictObject({
    apiVersion: z.literal(apiVersion).meta({ description: 'Version of this document.' }),
    kind: z.literal('Task').meta({ description: 'Always `Task`.' }),
    workItem: z
      .strictObject({
        name: text('Name of the WorkItem.'),
        namespace: text('Its namespace.', 63),
        uid: text('Its UID.', 36),
        project: text('Its project.', 63).optional(),
      })
      .meta({ description: 'What the work belongs to.' }),
    step: z
      .strictObject({
        path: text('Path of the step.', 700),
        type: text('Type of the step.', 63),
        attempt: count('Number of the attempt, from 1.', { min: 1, max: 10_000 }),
        index: count('Index in an Indexed Job.', { max: 1_000_000 }).optional(),
      })
      .meta({ description: 'The step and the attempt.' }),
    inputs: freeObject('Resolved inputs.'),
    work: z
      .discriminatedUnion('kind', [agentWork, flowWork, councilWork, codeWork, methodWork])
      .meta({ description: 'What is to be done; `kind` decides which fields it has.' }),
    outputs: z.array(z.string().max(63)).max(64).optional().meta({
      description: 'Fields that steps refer to: the outputs must have them; a single one may be the result as a whole.',
    }),
    outputSchema: jsonSchema('What the outputs must fit.').optional(),
    limits: agentLimits.optional(),
    deadlineSeconds: seconds('Time that the attempt may take, in seconds.').optional(),
    artifacts: z
      .strictObject({
        url: url('Address of the artifact service.'),
        tokenFile: text('File that holds the projected token.', 1024),
        caFile: text("File that holds the service's certificate authority, as PEM.", 1024),
      })
      .optional()
      .meta({ description: 'Where artifacts are read and stored.' }),
    trace: text('W3C `traceparent` that the attempt belongs to.', 128).optional(),
    configuration: freeJson('Further configuration, as the user wrote it.').optional(),
  })
  .meta({ id: 'Task', description: 'What a pod is given to do.' });
export type RunnerTask = z.output<typeof runnerTask>;
