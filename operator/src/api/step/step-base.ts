import { z } from 'zod';
import { bindings } from '../binding.ts';
import { expression, seconds, text, textMap, textSet } from '../fields.ts';
import { actionName, roleName, stepName } from '../names.ts';
import { placement, resources } from '../placement.ts';
import { retryPolicy } from '../retry-policy.ts';
import { type NestedSteps, nestedSteps } from './nested-steps.ts';

const checkEntry = z
  .strictObject({
    notExists: text("Path into the step's own outputs; the entry holds when nothing stands there.", 1024).optional(),
    boolean: expression(
      "The entry holds when this is true; bare names are fields of the step's own outputs.",
    ).optional(),
    run: stepName('Step that the entry activates when it holds.'),
  })
  .meta({
    description: 'One entry of `check`: exactly one of `notExists` and `boolean`, and the step to run.',
    'x-kubernetes-validations': [
      {
        rule: 'has(self.notExists) != has(self.boolean)',
        message: 'exactly one of notExists and boolean must be given',
      },
    ],
  });

/** One way on after a step succeeded. */
export interface Route {
  match: { expression: string };
  steps?: NestedSteps | undefined;
  run?: string | undefined;
}

const route = z
  .strictObject({
    match: z
      .strictObject({ expression: expression('The route is taken when this is true.') })
      .meta({ description: 'When the route is taken.' }),
    steps: nestedSteps('Steps that the route brings and starts.').optional(),
    run: stepName('Step that the route activates.').optional(),
  })
  .meta({
    description: 'One route: exactly one of `steps` and `run`. Every route that matches is taken.',
    'x-kubernetes-validations': [
      { rule: 'has(self.steps) != has(self.run)', message: 'exactly one of steps and run must be given' },
    ],
  }) as z.ZodType<Route, Route>;

const onError = z
  .strictObject({
    fallbackStep: stepName(
      'Step that runs in its stead when the attempts are spent; when it succeeds, this step counts as succeeded for what depends on it.',
    ).optional(),
    continueOnFailure: z.boolean().optional().meta({
      description: 'The run goes on when this step has failed; what depended on it is skipped. False by default.',
    }),
  })
  .meta({ description: 'What happens when all attempts have failed.' });

const cache = z
  .strictObject({
    key: text('Cache key, may contain templates; by default the digest of the resolved inputs.', 1024).optional(),
    ttlSeconds: seconds('How long a result may be re-used, in seconds; 900 by default.').optional(),
  })
  .meta({ description: 'Re-use an earlier result of the same step for the same inputs for a time.' });

/** The fields that every step may have, whatever its type. */
export const stepBase = {
  name: stepName('Name of the step, unique in the Pipeline, children included. Templates and decisions refer to it.'),
  description: z.string().max(1024).optional().meta({ description: 'What the step is for.' }),
  dependsOn: textSet(
    'Steps that must have succeeded before this one starts, beside those its templates name.',
    64,
    63,
  ).optional(),
  when: expression('The step is skipped when this is false.').optional(),
  isChild: z
    .boolean()
    .optional()
    .meta({ description: 'Runs only when a `check`, a route or a `fallbackStep` activates it. False by default.' }),
  inState: z.array(z.string().min(1).max(63)).max(16).optional().meta({
    description: 'States of the lifecycle in which the step may run; any when it is left out.',
    'x-kubernetes-list-type': 'set',
  }),
  action: actionName('Action of the lifecycle that is taken for the role of the step when it succeeds.').optional(),
  role: roleName(
    'Role that the step acts in: the AgentRole of that name, or the one whose `spec.role` it is.',
  ).optional(),
  inputs: bindings('What the step gets, by name.').optional(),
  outputs: textMap(
    'What the step gives: the key is the field that templates see, the value the name of the asset that is recorded; it may contain templates.',
  ).optional(),
  check: z.array(checkEntry).min(1).max(16).optional().meta({
    description: 'Looked at when the step succeeded, in order; each entry that holds activates its `run`.',
  }),
  onSuccess: z
    .strictObject({
      routes: z.array(route).min(1).max(16).meta({ description: 'Routes; every one that matches is taken.' }),
    })
    .optional()
    .meta({ description: 'Where the run goes after the step succeeded.' }),
  onError: onError.optional(),
  compensate: stepName(
    'Child step that undoes what this one did: it runs when the run is cancelled or rolled back, the last step first.',
  ).optional(),
  retryPolicy: retryPolicy.optional(),
  timeoutSeconds: seconds(
    'Time that one attempt may take, in seconds; `defaults.timeoutSeconds` when left out.',
  ).optional(),
  cache: cache.optional(),
} as const;

/** The fields of a step that runs as a pod. */
export const podFields = { resources: resources.optional(), placement: placement.optional() } as const;
