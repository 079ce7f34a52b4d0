import { z } from 'zod';
import { count, longText, objectName, reference, seconds, text } from './fields.ts';
import { freeObject } from './json.ts';
import { defineKind, type Resource } from './kind.ts';
import { stepName } from './names.ts';
import { pipelineSpec } from './pipeline.ts';
import { workItemStatus, type WorkItemStatus } from './work-item-status.ts';

/** Priorities that every namespace knows, and what they stand for. */
export const priorities = { low: -100, normal: 0, high: 100, critical: 1000 } as const;

const immutable = 'self == oldSelf';

const workItemSpec = z
  .strictObject({
    pipelineRef: reference('Pipeline', 'Pipeline to run.')
      .meta({ 'x-kubernetes-validations': [{ rule: immutable, message: 'pipelineRef cannot be changed' }] })
      .optional(),
    pipelineSpec: pipelineSpec
      .meta({ description: 'A pipeline of its own. It is pinned when the run starts; later changes have no effect.' })
      .optional(),
    councilRef: reference('Council', 'Council to ask, when there is no pipeline.')
      .meta({ 'x-kubernetes-validations': [{ rule: immutable, message: 'councilRef cannot be changed' }] })
      .optional(),
    topic: longText('What the Council is asked. It cannot be changed.', 16_384)
      .meta({ 'x-kubernetes-validations': [{ rule: immutable, message: 'topic cannot be changed' }] })
      .optional(),
    inputs: freeObject('Values of the parameters of the pipeline. They cannot be changed.').optional(),
    priority: z
      .union([z.int().min(-1_000_000).max(1_000_000), z.string().min(1).max(63)])
      .meta({
        description:
          "`low`, `normal`, `high`, `critical`, a name that the Tenant defines, or a number; the greater goes first. The Tenant's `defaultPriority` by default, else `normal`.",
        'x-kubernetes-int-or-string': true,
      })
      .optional(),
    project: text('Project that it belongs to.', 63).optional(),
    parentRef: reference('WorkItem', 'WorkItem that it is a part of.').optional(),
    tier: text('Tier of the work; it names the event `task.ready.<tier>`.', 63).optional(),
    domain: text('Domain of the work.', 63).optional(),
    env: text('Environment that it is for.', 63).optional(),
    slaSeconds: seconds('Time by which it should be done, in seconds from its creation.').optional(),
    suspend: z.boolean().optional().meta({ description: 'Starts nothing new while this is true. False by default.' }),
    cancel: z
      .boolean()
      .optional()
      .meta({
        description: 'Ends it: its Jobs are stopped. It cannot be taken back. False by default.',
        'x-kubernetes-validations': [{ rule: '!oldSelf || self', message: 'cancel cannot be taken back' }],
      }),
    retryCount: count('Raise it to try again what failed. It can only be raised.', { max: 1000 })
      .meta({ 'x-kubernetes-validations': [{ rule: 'self >= oldSelf', message: 'retryCount can only be raised' }] })
      .optional(),
    replay: z
      .strictObject({
        workItemName: objectName('Name of the WorkItem that is replayed.'),
        fromStep: stepName('Step that is the first to run again; what it depends on is taken over.'),
      })
      .optional()
      .meta({
        description: 'Runs the pipeline again from a step, with the earlier results of another WorkItem.',
        'x-kubernetes-validations': [{ rule: immutable, message: 'replay cannot be changed' }],
      }),
    ttlSecondsAfterFinished: seconds(
      'Time after which it is deleted once it has ended, in seconds; never by default.',
      315_360_000,
    ).optional(),
  })
  .meta({
    description: 'What is to be done.',
    'x-kubernetes-validations': [
      {
        rule: '[has(self.pipelineRef), has(self.pipelineSpec), has(self.councilRef)].filter(x, x).size() == 1',
        message: 'exactly one of pipelineRef, pipelineSpec and councilRef must be given',
      },
      { rule: 'has(self.councilRef) == has(self.topic)', message: 'councilRef and topic go together' },
      {
        rule: 'has(self.pipelineRef) == has(oldSelf.pipelineRef) && has(self.pipelineSpec) == has(oldSelf.pipelineSpec) && has(self.councilRef) == has(oldSelf.councilRef)',
        message: 'what runs cannot be exchanged; make a new WorkItem',
      },
      {
        rule: 'has(self.inputs) == has(oldSelf.inputs) && (!has(self.inputs) || self.inputs == oldSelf.inputs)',
        message: 'inputs cannot be changed; make a new WorkItem',
        fieldPath: '.inputs',
      },
      { rule: 'has(self.replay) == has(oldSelf.replay)', message: 'replay cannot be added or removed' },
      {
        rule: '!has(oldSelf.cancel) || !oldSelf.cancel || has(self.cancel)',
        message: 'cancel cannot be taken back by leaving it out',
      },
      {
        rule: '!has(oldSelf.retryCount) || has(self.retryCount)',
        message: 'retryCount cannot be left out once it is given; it can only be raised',
      },
    ],
  });
export type WorkItemSpec = z.output<typeof workItemSpec>;
export type WorkItem = Resource<WorkItemSpec, WorkItemStatus>;

/** The kind WorkItem. */
export const workItemKind = defineKind({
  kind: 'WorkItem',
  plural: 'workitems',
  singular: 'workitem',
  shortNames: ['wi'],
  description: 'One unit of work: a Pipeline with inputs. Its status is the truth about the run.',
  spec: workItemSpec,
  status: workItemStatus,
  printerColumns: [
    { name: 'Phase', type: 'string', jsonPath: '.status.phase', description: 'Where it stands.' },
    { name: 'State', type: 'string', jsonPath: '.status.lifecycle.state', description: 'State of its lifecycle.' },
    { name: 'Steps', type: 'string', jsonPath: '.status.progress', description: 'Steps that ended and steps in all.' },
    {
      name: 'Waits for',
      type: 'string',
      jsonPath: '.status.waitingFor[0].kind',
      description: 'Kind of what it has waited for longest.',
    },
    {
      name: 'On',
      type: 'string',
      jsonPath: '.status.waitingFor[0].name',
      description: 'Name of it: a gate, an asset, a model, …',
    },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp', description: 'Time since it was made.' },
    {
      name: 'Pipeline',
      type: 'string',
      jsonPath: '.spec.pipelineRef.name',
      description: 'Pipeline that it runs.',
      priority: 1,
    },
    {
      name: 'Council',
      type: 'string',
      jsonPath: '.spec.councilRef.name',
      description: 'Council that it asks.',
      priority: 1,
    },
    { name: 'Priority', type: 'string', jsonPath: '.spec.priority', description: 'Priority.', priority: 1 },
    {
      name: 'Assignee',
      type: 'string',
      jsonPath: '.status.assignee',
      description: 'Who has claimed it.',
      priority: 1,
    },
    { name: 'Project', type: 'string', jsonPath: '.spec.project', description: 'Project.', priority: 1 },
    { name: 'Reason', type: 'string', jsonPath: '.status.reason', description: 'Why, in a word.', priority: 1 },
    {
      name: 'Waiting message',
      type: 'string',
      jsonPath: '.status.waitingFor[0].message',
      description: 'What it waits for, in words.',
      priority: 1,
    },
  ],
  selectableFields: ['.status.phase', '.spec.project', '.spec.pipelineRef.name', '.status.lifecycle.state'],
});
