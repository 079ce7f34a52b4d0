import { z } from 'zod';
import { count, expression, seconds, templatedUrl, text, textSet } from '../fields.ts';
import { stepBase } from './step-base.ts';

const httpProbe = z
  .strictObject({
    url: templatedUrl('What to get.'),
    expectedStatus: count('Status code that means ready; any 2xx by default.', { min: 100, max: 599 }).optional(),
    expression: expression(
      'True when ready; `status`, `body` and references such as `{{step.field}}` are variables.',
    ).optional(),
  })
  .meta({ description: 'Ready when an HTTP call answers as expected.' });

const objectProbe = z
  .strictObject({
    apiVersion: text('API version of the object, such as `batch/v1`.'),
    kind: text('Kind of the object.', 63),
    name: text('Name of the object, in the same namespace. May contain templates.'),
    condition: text('Type of a condition that must be `True`.', 316).optional(),
    expression: expression(
      'True when ready; `object` and references such as `{{step.field}}` are variables.',
    ).optional(),
  })
  .meta({
    description: 'Ready when a Kubernetes object is: by a condition or an expression.',
    'x-kubernetes-validations': [
      {
        rule: 'has(self.condition) != has(self.expression)',
        message: 'exactly one of condition and expression must be given',
      },
    ],
  });

/** A `wait_for_asset` step. */
export const waitForAsset = z.strictObject({
  ...stepBase,
  type: z
    .literal('wait_for_asset')
    .meta({ description: 'Waits for assets, an HTTP check, or a condition of a Kubernetes object.' }),
  executionMode: z.literal('polling').optional().meta({ description: 'Always `polling`.' }),
  assets: textSet(
    'Names of assets that steps record or events announce; all must be there. They may contain templates.',
    64,
  ).optional(),
  http: httpProbe.optional(),
  object: objectProbe.optional(),
  pollIntervalSeconds: seconds('Time between two looks, in seconds; 5 by default.', 3600).optional(),
});
