import { z } from 'zod';
import { freeJson } from './json.ts';

/** Where a value comes from: one of `from`, `or`, `value`. */
export const binding = z
  .strictObject({
    from: freeJson('Template, or a list or object of templates: `{{step.field}}`, `{{input.name}}`.').optional(),
    or: z
      .array(freeJson('A template.'))
      .min(1)
      .max(16)
      .optional()
      .meta({ description: 'Templates; the first that resolves to something other than null is taken.' }),
    value: freeJson('The value itself; it is never read as a template.').optional(),
  })
  .refine((bound) => [bound.from, bound.or, bound.value].filter((part) => part !== undefined).length === 1, {
    error: 'exactly one of from, or, value must be given',
  })
  .meta({ description: 'Where a value comes from: exactly one of `from`, `or`, `value`.' });
export type Binding = z.output<typeof binding>;

/** Values by the names that the user chose. */
export const bindings = (description: string) =>
  z.record(z.string().max(63), binding).meta({ description, maxProperties: 64 });
