import { convertScalar, isIntOrString } from './convert-scalar.ts';
import { flattenUnion } from './flatten-union.ts';
import { tagValues } from './inline-references.ts';
import { below, isTuple, type JsonSchema, type Place, report, type ValidationRule } from './json-schema.ts';
import { mapValues, omit } from './records.ts';

/** A schema that the API server takes in a CustomResourceDefinition. */
export interface StructuralSchema {
  readonly description?: string;
  readonly type?: string;
  readonly nullable?: boolean;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly format?: string;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: boolean;
  readonly exclusiveMaximum?: boolean;
  readonly multipleOf?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly allOf?: readonly StructuralSchema[];
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, StructuralSchema>>;
  readonly additionalProperties?: StructuralSchema;
  readonly items?: StructuralSchema;
  readonly 'x-kubernetes-validations'?: readonly ValidationRule[];
  readonly 'x-kubernetes-list-type'?: string;
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-map-type'?: string;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
  readonly 'x-kubernetes-int-or-string'?: boolean;
}

const keywords: ReadonlySet<string> = new Set([
  ...['id', 'title', 'description', 'type', 'const', 'enum', 'default', 'examples', 'format', 'pattern'],
  ...['minLength', 'maxLength', 'minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'],
  ...[
    'minItems',
    'maxItems',
    'minProperties',
    'maxProperties',
    'properties',
    'required',
    'additionalProperties',
    'additionalItems',
  ],
  ...['propertyNames', 'items', 'anyOf', 'oneOf', 'allOf'],
  ...['validations', 'list-type', 'list-map-keys', 'map-type', 'preserve-unknown-fields', 'int-or-string'].map(
    (extension) => `x-kubernetes-${extension}`,
  ),
]);

/**
 * The structural schema that says the same as a JSON Schema without references, as far as Kubernetes can say it.
 * What it cannot say is reported, and the nearest it can say returned.
 */
export function toStructuralSchema(schema: JsonSchema, place: Place): StructuralSchema {
  for (const keyword of Object.keys(schema)) {
    if (!keywords.has(keyword)) report(place, `a structural schema cannot say the JSON Schema keyword '${keyword}'`);
  }
  const { bare, nullable } = splitNull(schema);
  const shape = convertShape(bare, place);
  const rules = [...(shape['x-kubernetes-validations'] ?? []), ...(bare['x-kubernetes-validations'] ?? [])];
  const mapType = bare['x-kubernetes-map-type'];
  return {
    ...(bare.description !== undefined && { description: bare.description }),
    ...shape,
    ...(bare.default !== undefined && { default: bare.default }),
    ...(nullable && { nullable }),
    ...(mapType !== undefined && { 'x-kubernetes-map-type': mapType }),
    ...(rules.length > 0 && { 'x-kubernetes-validations': rules }),
  };
}

/** Separates "or null" from the rest of a schema. */
function splitNull(schema: JsonSchema): { readonly bare: JsonSchema; readonly nullable: boolean } {
  const { type, anyOf } = schema;
  if (Array.isArray(type) && type.includes('null')) {
    const types = (type as readonly string[]).filter((name) => name !== 'null');
    return { bare: { ...schema, type: types.length === 1 ? (types[0] ?? '') : types }, nullable: true };
  }
  const others = anyOf?.filter((part) => part.type !== 'null') ?? [];
  if (anyOf === undefined || others.length === anyOf.length) return { bare: schema, nullable: false };
  const own = omit(schema, 'anyOf');
  return { bare: others.length === 1 ? { ...others[0], ...own } : { ...own, anyOf: others }, nullable: true };
}

function convertShape(schema: JsonSchema, place: Place): StructuralSchema {
  if (isIntOrString(schema)) return convertScalar(schema, place);
  const alternatives = schema.oneOf ?? schema.anyOf;
  if (schema['x-kubernetes-preserve-unknown-fields'] === true && schema.properties === undefined) {
    // Without nullable, the API server takes a null away.
    const frame = schema.type === 'object' ? { type: 'object' } : { nullable: true };
    return { ...frame, 'x-kubernetes-preserve-unknown-fields': true };
  }
  if (alternatives?.every((part) => part.type === 'object')) {
    return convertUnion(schema, alternatives, place);
  }
  if (schema.type === 'object') return convertObject(schema, place);
  if (schema.type === 'array') return convertList(schema, place);
  return convertScalar(schema, place);
}

function convertUnion(schema: JsonSchema, alternatives: readonly JsonSchema[], place: Place): StructuralSchema {
  const variants = alternatives.map((part) => toStructuralSchema(part, place));
  return flattenUnion(variants, { place, noun: schema.title?.replace(/(?!^)(?=[A-Z])/g, ' ').toLowerCase() });
}

function convertObject(schema: JsonSchema, place: Place): StructuralSchema {
  const { properties, additionalProperties } = schema;
  const frame = { type: 'object', ...objectChecks(schema) };
  if (properties === undefined && typeof additionalProperties === 'object') {
    return { ...frame, ...convertMap(schema, additionalProperties, place) };
  }
  const open = schema['x-kubernetes-preserve-unknown-fields'] === true;
  if (!open && additionalProperties !== false) {
    report(place, "takes any further field: make it strict, or mark it 'x-kubernetes-preserve-unknown-fields'");
  }
  return {
    ...frame,
    properties: mapValues(properties ?? {}, (part, name) => toStructuralSchema(part, below(place, `.${name}`))),
    ...(open && { 'x-kubernetes-preserve-unknown-fields': true }),
  };
}

const objectChecks = ({ required = [], minProperties, maxProperties }: JsonSchema): StructuralSchema => ({
  ...(minProperties !== undefined && { minProperties }),
  ...(maxProperties !== undefined && { maxProperties }),
  ...(required.length > 0 && { required }),
});

/** Converts the values of a map; how long a key may be is left to the operator and the CLI. */
function convertMap({ propertyNames = {} }: JsonSchema, value: JsonSchema, place: Place): StructuralSchema {
  const keys = tagValues(propertyNames);
  if (propertyNames.pattern !== undefined) {
    report(place, 'a structural schema cannot say a pattern for keys: use a list of objects with a name');
  }
  if (keys.length === 0) return { additionalProperties: toStructuralSchema(value, below(place, '.*')) };
  const fields = keys.map((key) => [key, toStructuralSchema(value, below(place, `.${key}`))] as const);
  return { properties: Object.fromEntries(fields) };
}

function convertList(schema: JsonSchema, place: Place): StructuralSchema {
  const { items, minItems, maxItems } = schema;
  if (items === undefined || isTuple(items)) {
    report(place, 'a structural schema cannot say a tuple: use an object or a list of one type');
    return { type: 'array', items: { type: 'string' } };
  }
  const keys = schema['x-kubernetes-list-map-keys'];
  return {
    type: 'array',
    ...(minItems !== undefined && { minItems }),
    ...(maxItems !== undefined && { maxItems }),
    'x-kubernetes-list-type': schema['x-kubernetes-list-type'] ?? 'atomic',
    ...(keys !== undefined && { 'x-kubernetes-list-map-keys': keys }),
    items: toStructuralSchema(items, below(place, '[]')),
  };
}

/** The schema with every schema directly below it replaced. */
export function mapStructural(
  schema: StructuralSchema,
  replace: (child: StructuralSchema) => StructuralSchema,
): StructuralSchema {
  return {
    ...schema,
    ...(schema.properties && { properties: mapValues(schema.properties, (part) => replace(part)) }),
    ...(schema.items && { items: replace(schema.items) }),
    ...(schema.additionalProperties && { additionalProperties: replace(schema.additionalProperties) }),
  };
}
