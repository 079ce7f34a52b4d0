import { tagOf, tagValues } from './inline-references.ts';
import { definitionOf, type JsonSchema, mapChildren } from './json-schema.ts';
import { mapValues, omit, sortedByKey } from './records.ts';

const dialect = 'http://json-schema.org/draft-07/schema#';

/** A JSON Schema as editors get it: zod's keywords and those that make an editor helpful. */
export interface EditorSchema extends JsonSchema {
  readonly $schema?: string;
  readonly if?: EditorSchema;
  readonly then?: EditorSchema;
  readonly enumDescriptions?: readonly string[];
}

/** One document that a schema is for; `name` is its kind. */
export interface DocumentSchema {
  readonly name: string;
  readonly schema: JsonSchema;
}

/**
 * The schema of one document for editors, in draft-07, which their YAML language servers know best. Objects that a field
 * tells apart are chosen by if/then instead of oneOf, so that an editor speaks of the chosen one only.
 */
export function renderEditorSchema(document: DocumentSchema): EditorSchema {
  const { definitions, ...root } = withDefinitions(document);
  return { $schema: dialect, title: document.name, ...root, definitions: sortedByKey(definitions) };
}

/** The schema of any of the documents: `kind` decides. */
export function renderUnionSchema(title: string, documents: readonly DocumentSchema[]): EditorSchema {
  const parts = documents.map((document) => ({ name: document.name, ...withDefinitions(document) }));
  const bodies = parts.map((part) => [part.name, omit(part, 'name', 'definitions')] as const);
  return {
    $schema: dialect,
    title,
    type: 'object',
    required: ['apiVersion', 'kind'],
    properties: {
      apiVersion: { enum: [...new Set(parts.flatMap(({ properties }) => tagValues(properties?.apiVersion ?? {})))] },
      kind: chooser(documents.map(({ name, schema }) => [name, schema.description ?? ''])),
    },
    allOf: parts.map(({ name }) => choice('kind', [name], { $ref: `#/definitions/${name}` })),
    definitions: sortedByKey({
      ...Object.fromEntries(parts.flatMap(({ definitions }) => Object.entries(definitions))),
      ...Object.fromEntries(bodies),
    }),
  };
}

type Definitions = Record<string, EditorSchema>;

function withDefinitions({ schema }: DocumentSchema): EditorSchema & { readonly definitions: Definitions } {
  const definitions: Definitions = {};
  const { definitions: own = {}, ...body } = schema;
  for (const [name, definition] of Object.entries(own)) {
    definitions[name] = rendered(definition, { name, root: schema, definitions });
  }
  const start = schema.$ref === undefined ? body : definitionOf(schema.$ref, schema);
  return { ...rendered(start, { name: undefined, root: schema, definitions }), definitions };
}

interface Scope {
  /** Name of the definition that is rendered, for the names of those it gives rise to. */
  readonly name: string | undefined;
  readonly root: JsonSchema;
  readonly definitions: Definitions;
}

function rendered(schema: JsonSchema, scope: Scope): EditorSchema {
  const objects = (schema.oneOf ?? []).map(({ properties = {} }) => properties);
  const tag = objects.length > 1 ? tagOf(objects, tagValues) : undefined;
  if (tag !== undefined) return chosenBy(tag, schema, scope);
  return plain(mapChildren(schema, (part) => rendered(part, { ...scope, name: undefined })));
}

/** The schema without what only Kubernetes reads, and without bounds and patterns that say nothing to a person. */
function plain(schema: JsonSchema): EditorSchema {
  const entries = Object.entries(schema).filter(([key, value]) => {
    if (key.startsWith('x-kubernetes-') || key === 'id' || key === '$schema') return false;
    if (key === 'pattern') return schema.format === undefined;
    return !((key === 'minimum' || key === 'maximum') && Math.abs(Number(value)) >= Number.MAX_SAFE_INTEGER);
  });
  return Object.fromEntries(entries);
}

function chosenBy(tag: string, union: JsonSchema, scope: Scope): EditorSchema {
  const alternatives = union.oneOf ?? [];
  const inner = { ...scope, name: undefined };
  const shared = scope.name === undefined ? new Map<string, JsonSchema>() : sharedFields(alternatives, tag);
  for (const [field, schema] of shared) {
    scope.definitions[`${scope.name ?? ''}.fields.${field}`] = rendered(schema, inner);
  }
  const branches = alternatives.map((part) => {
    const values = tagValues(part.properties?.[tag] ?? {});
    const properties = mapValues(part.properties ?? {}, (field, name) =>
      shared.has(name) ? { $ref: `#/definitions/${scope.name ?? ''}.fields.${name}` } : rendered(field, inner),
    );
    const branch = { ...plain(part), properties };
    if (scope.name === undefined) return choice(tag, values, branch);
    const name = `${scope.name}.${values.join('-')}`;
    scope.definitions[name] = branch;
    return choice(tag, values, { $ref: `#/definitions/${name}` });
  });
  const properties = { [tag]: chooser(alternatives.flatMap((part) => wordsOf(part.properties?.[tag] ?? {}))) };
  return { ...plain(omit(union, 'oneOf')), type: 'object', required: [tag], properties, allOf: branches };
}

const wordsOf = (tag: JsonSchema) => tagValues(tag).map((value) => [value, tag.description ?? ''] as const);

/** The fields that several objects of a union have alike, by name. */
function sharedFields(alternatives: readonly JsonSchema[], tag: string): ReadonlyMap<string, JsonSchema> {
  const seen = new Map<string, JsonSchema[]>();
  for (const part of alternatives) {
    for (const [field, schema] of Object.entries(part.properties ?? {})) {
      seen.set(field, [...(seen.get(field) ?? []), schema]);
    }
  }
  const shared = [...seen].filter(
    ([field, all]) => field !== tag && all.length > 1 && new Set(all.map((one) => JSON.stringify(one))).size === 1,
  );
  return new Map(shared.flatMap(([field, [schema]]) => (schema === undefined ? [] : [[field, schema] as const])));
}

const choice = (tag: string, values: readonly string[], then: EditorSchema): EditorSchema => ({
  if: { properties: { [tag]: { enum: values } }, required: [tag] },
  then,
});

const chooser = (words: readonly (readonly [string, string])[]): EditorSchema => ({
  description: 'Decides which other fields there are.',
  enum: words.map(([value]) => value),
  enumDescriptions: words.map(([, description]) => description),
});
