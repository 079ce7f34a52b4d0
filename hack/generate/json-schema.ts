import { z } from 'zod';
import { mapValues, omit } from './records.ts';

/** A JSON Schema (draft-07), as zod writes it, with the Kubernetes extensions that our schemas carry as metadata. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly id?: string;
  readonly title?: string;
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly deprecated?: boolean;
  readonly format?: string;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly multipleOf?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly propertyNames?: JsonSchema;
  readonly items?: JsonSchema | readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
  readonly definitions?: Readonly<Record<string, JsonSchema>>;
  readonly 'x-kubernetes-validations'?: readonly ValidationRule[];
  readonly 'x-kubernetes-list-type'?: string;
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-map-type'?: string;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
  readonly 'x-kubernetes-int-or-string'?: boolean;
}

/** A CEL rule that the API server enforces beside the schema. */
export interface ValidationRule {
  readonly rule: string;
  readonly message?: string;
  readonly messageExpression?: string;
  readonly reason?: string;
  readonly fieldPath?: string;
  readonly optionalOldSelf?: boolean;
}

/** Something in the zod schemas that cannot become what is to be generated; `path` says where, from the kind on. */
export interface Problem {
  readonly path: string;
  readonly message: string;
}

/** Where a conversion stands, and where it reports what it cannot do; it goes on, so that all problems show at once. */
export interface Place {
  readonly path: string;
  readonly problems: Problem[];
}

/** The place of a field, list item or map value below `place`. */
export const below = <P extends Place>(place: P, step: string): P => ({ ...place, path: `${place.path}${step}` });

/** Reports a problem at a place. */
export function report(place: Place, message: string): void {
  place.problems.push({ path: place.path, message });
}

const lossyFlags = /[^uvdgy]/;

/** Reports the regular expressions of a zod type whose flags JSON Schema cannot carry. */
function reportLostFlags(zodSchema: z.core.$ZodType, place: Place): void {
  for (const check of zodSchema._zod.def.checks ?? []) {
    const { pattern } = check._zod.def as { pattern?: RegExp };
    if (pattern !== undefined && lossyFlags.test(pattern.flags)) {
      report(place, `JSON Schema cannot carry the flags of ${String(pattern)}: spell the cases out in the pattern`);
    }
  }
}

/**
 * What a zod schema accepts as input, as JSON Schema; schemas with an `id` and recursive ones stand under `definitions`.
 *
 * @throws {Error} when a zod type has no JSON Schema, such as a transform or a date
 */
export function toJsonSchema(schema: z.ZodType, place: Place): JsonSchema {
  const written: JsonSchema & { readonly $schema?: string } = z.toJSONSchema(schema, {
    target: 'draft-07',
    io: 'input',
    reused: 'inline',
    cycles: 'ref',
    override: ({ zodSchema, path }) => {
      reportLostFlags(zodSchema, below(place, path.map((step) => `.${step}`).join('')));
    },
  }) as JsonSchema;
  return omit(written, '$schema');
}

/** The definition that a `$ref` names: `#` is the root itself. */
export function definitionOf(reference: string, root: JsonSchema): JsonSchema {
  if (reference === '#') return root;
  const definition = root.definitions?.[reference.replace('#/definitions/', '')];
  if (definition === undefined) throw new Error(`JSON Schema reference ${reference} leads nowhere`);
  return definition;
}

/** The schema with every schema directly below it replaced. */
export function mapChildren(schema: JsonSchema, replace: (child: JsonSchema) => JsonSchema): JsonSchema {
  const { properties, items, additionalProperties, propertyNames } = schema;
  const unions = (['anyOf', 'oneOf', 'allOf'] as const).flatMap((key) => {
    const parts = schema[key];
    return parts === undefined ? [] : [[key, parts.map(replace)] as const];
  });
  return {
    ...schema,
    ...Object.fromEntries(unions),
    ...(properties && { properties: mapValues(properties, (part) => replace(part)) }),
    ...(items && { items: isTuple(items) ? items.map(replace) : replace(items) }),
    ...(typeof additionalProperties === 'object' && { additionalProperties: replace(additionalProperties) }),
    ...(propertyNames && { propertyNames: replace(propertyNames) }),
  };
}

/** Whether `items` gives a schema for each position of a list. */
export const isTuple = (items: JsonSchema | readonly JsonSchema[]): items is readonly JsonSchema[] =>
  Array.isArray(items);
