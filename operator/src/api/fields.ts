import { z } from 'zod';

/** A CEL rule that the API server enforces beside the schema (`x-kubernetes-validations`). */
export interface ValidationRule {
  readonly rule: string;
  readonly message: string;
  readonly messageExpression?: string;
  readonly reason?: 'FieldValueInvalid' | 'FieldValueForbidden' | 'FieldValueRequired' | 'FieldValueDuplicate';
  readonly fieldPath?: string;
  readonly optionalOldSelf?: boolean;
}

/** Text of 1 to `maxLength` characters. */
export const text = (description: string, maxLength = 253) => z.string().min(1).max(maxLength).meta({ description });

/** Text that may be long, such as a prompt or a program: at most 64 KiB of characters. */
export const longText = (description: string, maxLength = 65_536) => z.string().max(maxLength).meta({ description });

/** A name as Kubernetes objects have it (RFC 1123 subdomain). */
export const objectName = (description: string) =>
  z
    .string()
    .min(1)
    .max(253)
    .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/)
    .meta({ description });

/** A reference to another object of the same namespace, by name. */
export const reference = (kind: string, description: string) =>
  z.strictObject({ name: objectName(`Name of the ${kind}, in the same namespace.`) }).meta({ description });

/** One key of a Secret of the same namespace. The value is mounted or read when it is used, never copied. */
export const secretKey = (description: string) =>
  z
    .strictObject({
      name: objectName('Name of the Secret, in the same namespace.'),
      key: text('Key inside the Secret.'),
    })
    .meta({ description });

/** A span of time in whole seconds: at least one, at most a year. */
export const seconds = (description: string, max = 31_536_000) => z.int().min(1).max(max).meta({ description });

/** A whole number within bounds. */
export const count = (description: string, bounds: { readonly min?: number; readonly max: number }) =>
  z
    .int()
    .min(bounds.min ?? 0)
    .max(bounds.max)
    .meta({ description });

/** A share between 0 and 1. */
export const share = (description: string) => z.number().min(0).max(1).meta({ description });

/** A Kubernetes quantity, such as `500m`, `8Gi` or `2`. */
export const quantity = (description: string) =>
  z
    .union([
      z.int(),
      z
        .string()
        .max(32)
        .regex(/^[0-9]+(\.[0-9]+)?(m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?$/),
    ])
    .meta({ description: `${description} A Kubernetes quantity.`, 'x-kubernetes-int-or-string': true });

/** A decimal number of at least zero, as text, so that no digit is lost: `0.25`. */
export const decimal = (description: string) =>
  z
    .string()
    .max(32)
    .regex(/^[0-9]+(\.[0-9]+)?$/)
    .meta({ description: `${description} A decimal number as text.` });

/** A content digest: `sha256:` and 64 hexadecimal digits. */
export const digest = (description: string) =>
  z
    .string()
    .max(71)
    .regex(/^sha256:[0-9a-f]{64}$/)
    .meta({ description });

/** A moment: RFC 3339, in UTC. */
export const timestamp = (description: string) => z.iso.datetime().max(40).meta({ description });

/** An expression in CEL (Common Expression Language); `{{path}}` inside it is a variable. */
export const expression = (description: string) => text(`${description} A CEL expression.`, 4096);

/** An absolute http or https URL. */
export const url = (description: string) =>
  z
    .string()
    .max(2048)
    .regex(/^https?:\/\/[^\s]+$/)
    .meta({ description });

/** A URL that may contain templates (`{{step.field}}`). */
export const templatedUrl = (description: string) => text(`${description} May contain templates.`, 2048);

/** A set of short texts: no duplicates, order without meaning. */
export const textSet = (description: string, maxItems: number, maxLength = 253) =>
  z.array(z.string().min(1).max(maxLength)).max(maxItems).meta({ description, 'x-kubernetes-list-type': 'set' });

/** Text values under the user's own keys, such as headers or labels. */
export const textMap = (description: string, maxProperties = 64) =>
  z.record(z.string().max(253), z.string().max(4096)).meta({ description, maxProperties });
