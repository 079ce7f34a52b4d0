import { z } from 'zod';
import { expression, secretKey, share, templatedUrl, text, textMap, textSet } from '../fields.ts';
import { gateTerms } from '../gate-terms.ts';
import { jsonSchema } from '../json.ts';
import { approvalQuorums, gateName, stepName } from '../names.ts';
import { stepBase } from './step-base.ts';

const threshold = (description: string, what: string) =>
  z
    .strictObject({
      enabled: z.boolean().optional().meta({ description: 'Whether it is checked; true by default.' }),
      threshold: share(`Smallest ${what} that passes, from 0 to 1.`),
      fields: textSet('Paths to look at; all inputs of the step by default.', 64).optional(),
    })
    .meta({ description });

/** A `validation` step. */
export const validation = z.strictObject({
  ...stepBase,
  type: z.literal('validation').meta({ description: 'Checks results, without a pod.' }),
  executionMode: z
    .literal('direct')
    .optional()
    .meta({ description: 'Always `direct`: in the operator, which runs no user code.' }),
  checks: z
    .strictObject({
      relevance: threshold("How well the fields match the input's key terms.", 'relevance').optional(),
      completeness: threshold('How many of the fields are filled.', 'completeness').optional(),
      schema: jsonSchema('What the inputs of the step must fit.').optional(),
      expressions: z
        .array(expression('Must be true.'))
        .max(32)
        .optional()
        .meta({ description: 'Expressions that must all be true; inputs of the step are variables.' }),
    })
    .meta({ description: 'What is checked.' }),
  onFailure: z
    .strictObject({
      gate: gateName('Gate at which a person decides.'),
      returnTo: stepName('Step that the run returns to when the person sends it back.'),
      approvals: approvalQuorums('Who decides; one person in the role `review` by default.').optional(),
      ...gateTerms,
    })
    .optional()
    .meta({ description: 'Asks a person when a check fails; without it the step fails.' }),
});

const delivery = z
  .strictObject({
    method: z
      .enum(['artifact', 'webhook'])
      .meta({ description: '`artifact`: the artifact store; `webhook`: posted, and stored too.' }),
    url: templatedUrl('Where the webhook posts to.').optional(),
    headers: textMap('Headers of the webhook.', 32).optional(),
    signingSecretRef: secretKey('Key that signs the body (HMAC-SHA-256).').optional(),
  })
  .meta({
    description: 'Where the output goes.',
    'x-kubernetes-validations': [
      { rule: "self.method != 'webhook' || has(self.url)", message: 'a webhook needs a url' },
    ],
  });

/** An `output` step. */
export const output = z.strictObject({
  ...stepBase,
  type: z.literal('output').meta({ description: 'Renders results and delivers them.' }),
  executionMode: z.literal('direct').optional().meta({ description: 'Always `direct`.' }),
  format: z.enum(['pdf_report', 'graph_visualization', 'csv_dataset', 'json', 'markdown']).meta({
    description: 'What is made: a PDF, a picture of a graph (SVG), CSV, JSON or Markdown.',
  }),
  template: text('Layout: a Method of type `template`, by its `spec.id` or name; a plain one by default.').optional(),
  delivery: delivery.optional(),
});
