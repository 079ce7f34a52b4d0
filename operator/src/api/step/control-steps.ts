import { z } from 'zod';
import { count, expression } from '../fields.ts';
import { freeJson } from '../json.ts';
import { variableName } from '../names.ts';
import { nestedSteps } from './nested-steps.ts';
import { stepBase } from './step-base.ts';

/** A `loop` step. */
export const loop = z.strictObject({
  ...stepBase,
  type: z.literal('loop').meta({ description: 'Runs its steps once for each item of a list.' }),
  executionMode: z.literal('workflow_logic').optional().meta({ description: 'Always `workflow_logic`.' }),
  iterateOver: freeJson('The list, or a template that gives one.'),
  loopVariable: variableName('Name of the current item; its position is `<name>_index`.'),
  maxParallel: count('Iterations that may run at the same time; 1 by default.', { min: 1, max: 1000 }).optional(),
  batchSize: count('Items given to one iteration, as a list; 1 (the item itself) by default.', {
    min: 1,
    max: 1000,
  }).optional(),
  steps: nestedSteps('Steps of one iteration.'),
});

/** A `parallel_group` step. */
export const parallelGroup = z.strictObject({
  ...stepBase,
  type: z.literal('parallel_group').meta({ description: 'Runs its steps side by side.' }),
  executionMode: z.literal('workflow_logic').optional().meta({ description: 'Always `workflow_logic`.' }),
  parallelConfig: z
    .strictObject({
      maxParallel: count(
        'Steps that may run at the same time; all by default. One that stands still until another of them has run does not count.',
        { min: 1, max: 256 },
      ),
    })
    .optional()
    .meta({ description: 'How much of it runs at the same time.' }),
  steps: nestedSteps('Steps of the group.'),
});

const branch = (description: string) =>
  z.strictObject({ steps: nestedSteps('Steps of the branch.') }).meta({ description });

/** A `conditional` step. */
export const conditional = z.strictObject({
  ...stepBase,
  type: z.literal('conditional').meta({ description: 'Runs one of two branches.' }),
  executionMode: z.literal('workflow_logic').optional().meta({ description: 'Always `workflow_logic`.' }),
  condition: z
    .strictObject({ expression: expression('Decides between the branches.') })
    .meta({ description: 'What decides.' }),
  branches: z
    .strictObject({
      ifTrue: branch('Runs when it is true.').optional(),
      ifFalse: branch('Runs when it is false.').optional(),
    })
    .meta({
      description: 'The branches; one may be left out.',
      'x-kubernetes-validations': [
        { rule: 'has(self.ifTrue) || has(self.ifFalse)', message: 'at least one of ifTrue and ifFalse must be given' },
      ],
    }),
});
