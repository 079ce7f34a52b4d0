import { definitionOf, type JsonSchema, mapChildren } from './json-schema.ts';
import { omit } from './records.ts';

/** A schema in which every `$ref` is replaced by what it names, and a reference to something it stands in is cut. */
export const inlineReferences = (root: JsonSchema): JsonSchema =>
  omit(inlined(root, { root, open: ['#'] }), 'definitions');

interface Scope {
  readonly root: JsonSchema;
  /** The references being inlined around this schema, outermost first. */
  readonly open: readonly string[];
}

const inlined = (schema: JsonSchema, scope: Scope): JsonSchema =>
  mapChildren(withParts(schema, scope), (part) => inlined(part, scope));

/** The schema with its `$ref`, and the references in its `allOf`, merged into it: its own words win. */
function withParts(schema: JsonSchema, scope: Scope): JsonSchema {
  const own = omit(schema, '$ref', 'allOf');
  if (schema.$ref !== undefined) return { ...resolved(schema.$ref, scope), ...own };
  const { allOf = [] } = schema;
  const references = allOf.filter((part) => part.$ref !== undefined).map((part) => withParts(part, scope));
  const checks = allOf.filter((part) => part.$ref === undefined).map((part) => omit(part, 'type'));
  return Object.assign({}, ...references, own, checks.length > 0 ? { allOf: checks } : {}) as JsonSchema;
}

function resolved(reference: string, scope: Scope): JsonSchema {
  const definition = definitionOf(reference, scope.root);
  const { open } = scope;
  const whole = open.includes(reference)
    ? cut(definition, scope.root)
    : inlined(definition, { ...scope, open: [...open, reference] });
  const title = definition.title ?? titleOf(reference);
  return title === undefined ? whole : { ...whole, title };
}

/** The `id` that a schema was given in zod; zod's own numbers are none. */
function titleOf(reference: string): string | undefined {
  const name = reference.replace(/^#(\/definitions\/)?/, '');
  return name === '' || name.startsWith('__') ? undefined : name;
}

const keptFields = ['name', 'type'];

/**
 * What stands where a schema contains itself, which a structural schema cannot say: an object that keeps all its fields
 * and of which only `name` and `type` are checked.
 */
function cut(definition: JsonSchema, root: JsonSchema): JsonSchema {
  const variants = (definition.oneOf ?? definition.anyOf ?? [definition]).map((part) =>
    part.$ref === undefined ? part : definitionOf(part.$ref, root),
  );
  const properties: Record<string, JsonSchema> = {};
  for (const field of keptFields) {
    const found = variants.flatMap((variant) => variant.properties?.[field] ?? []);
    if (found.length === variants.length) properties[field] = mergedField(found);
  }
  return {
    type: 'object',
    description: definition.description ?? '',
    properties,
    required: Object.keys(properties).filter((field) => variants.every((variant) => variant.required?.includes(field))),
    'x-kubernetes-preserve-unknown-fields': true,
  };
}

function mergedField(found: readonly JsonSchema[]): JsonSchema {
  const values = found.flatMap(tagValues);
  if (values.length === 0) return found[0] ?? {};
  return { type: 'string', enum: values, description: 'Decides which other fields there are.' };
}

/** The texts that a schema of fixed texts allows; none for any other schema. */
export function tagValues(schema: JsonSchema): readonly string[] {
  const values = schema.enum ?? (schema.const === undefined ? [] : [schema.const]);
  return values.every((value) => typeof value === 'string') ? values : [];
}

/** The field whose fixed texts differ in all objects of a union and so tell them apart, by the texts of each. */
export function tagOf<T>(objects: readonly Readonly<Record<string, T>>[], textsOf: (field: T) => readonly string[]) {
  return Object.keys(objects[0] ?? {}).find((name) => {
    const texts = objects.map((fields) => {
      const field = fields[name];
      return field === undefined ? [] : textsOf(field);
    });
    return texts.every((own) => own.length > 0) && new Set(texts.flat()).size === texts.flat().length;
  });
}
