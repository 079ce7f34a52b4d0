import { z } from 'zod';
import { digest, longText, objectName, text } from '../fields.ts';
import { podFields, stepBase } from './step-base.ts';

const code = z
  .strictObject({
    source: z.enum(['inline', 'configMap', 'artifact']).meta({ description: 'Where the program stands.' }),
    content: longText('The program, when it stands here; it defines `execute(inputs)`.', 131_072).optional(),
    configMap: z
      .strictObject({ name: objectName('Name of the ConfigMap.'), key: text('Key inside it.') })
      .optional()
      .meta({ description: 'Where the program stands in a ConfigMap of the same namespace.' }),
    artifact: digest('Digest of the artifact that is the program.').optional(),
  })
  .meta({
    description: 'The program.',
    'x-kubernetes-validations': [
      {
        rule: "has(self.content) == (self.source == 'inline') && has(self.configMap) == (self.source == 'configMap') && has(self.artifact) == (self.source == 'artifact')",
        message:
          'give content for an inline source, configMap for a configMap source, artifact for an artifact source, and no other',
      },
    ],
  });

/** A `custom_code` step. */
export const customCode = z.strictObject({
  ...stepBase,
  ...podFields,
  type: z
    .literal('custom_code')
    .meta({ description: 'Runs a small program of yours: no network, no token, a sandbox.' }),
  executionMode: z.literal('direct').optional().meta({ description: 'Always `direct`.' }),
  runtime: text('`python3.12`, `python3`, `javascript` or `node24`.', 32).meta({
    pattern: '^(python3(\\.[0-9]+)?|javascript|node[0-9]+)$',
  }),
  code,
});
