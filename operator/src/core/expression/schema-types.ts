import type { Environment } from '@marcbachmann/cel-js';
import type { JsonObject, JsonValue } from '../../api/json.ts';
import { isJsonObject } from '../json-schema/keyword-shapes.ts';
import { schemaAt } from '../json-schema/schema-at.ts';

/** Whether lists and objects are declared with the types of what is in them, or may hold anything. */
export type Contents = 'exact' | 'open';

/** Types that one check declares, fields of one of them, and levels that it goes down; what is beyond may be anything. */
const limits = { types: 200, fields: 200, depth: 8 } as const;

/** Beginning of the names of declared types. Errors with it in their message are of no use to users. */
export const declaredTypePrefix = 'object_';

/** Translates JSON Schemas to types of CEL, in one environment. */
export class SchemaTypes {
  readonly #environment: Environment;
  readonly #contents: Contents;
  #declared = 0;

  constructor(environment: Environment, contents: Contents) {
    this.#environment = environment;
    this.#contents = contents;
  }

  /** The type of what fits a schema, in CEL's spelling; `dyn` where it does not tell, or allows several types. */
  typeOf(schema: JsonObject | undefined, depth = 0): string {
    const [type, ...others] = schema === undefined ? [] : typesOf(schema);
    if (schema === undefined || type === undefined || others.length > 0 || depth > limits.depth) return 'dyn';
    if (type === 'array') return this.#listType(schema, depth);
    return type === 'object' ? this.#objectType(schema, depth) : (simpleTypes.get(type) ?? 'dyn');
  }

  #listType(schema: JsonObject, depth: number): string {
    return this.#contents === 'exact' ? `list<${this.typeOf(itemSchema(schema), depth + 1)}>` : 'list<dyn>';
  }

  #objectType(schema: JsonObject, depth: number): string {
    const names = this.#contents === 'exact' ? tellingFields(schema) : undefined;
    if (names === undefined || names.length > limits.fields || this.#declared >= limits.types)
      return 'map<string, dyn>';
    const name = `${declaredTypePrefix}${this.#declared++}`;
    const fields = names.map((field) => [field, this.typeOf(fieldSchema(schema, field), depth + 1)]);
    this.#environment.registerType({ name, fields: Object.fromEntries(fields) as Record<string, string> });
    return name;
  }
}

const simpleTypes = new Map([
  ['string', 'string'],
  ['integer', 'int'],
  ['number', 'double'],
  ['boolean', 'bool'],
  ['null', 'null'],
]);

/** Names of JSON Schema's types that fit a schema as far as it says so at its top; a number may be an integer. */
function typesOf({ type, const: only, enum: some }: JsonObject): readonly string[] {
  if (type !== undefined) return (Array.isArray(type) ? type : [type]).filter((each) => typeof each === 'string');
  const values = only === undefined ? (Array.isArray(some) ? some : []) : [only];
  return [...new Set(values.map(jsonType))];
}

function jsonType(value: JsonValue): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

/** The fields of an object when the schema tells all of them. */
function tellingFields(schema: JsonObject): readonly string[] | undefined {
  // No object has a field of this name, so that the answer tells whether others than the known ones may be there.
  const found = schemaAt(schema, [{ kind: 'field', name: '\0' }]);
  return 'missing' in found ? found.known : undefined;
}

/** What every item of a list must fit; undefined where nothing is known. */
export function itemSchema(schema: JsonObject): JsonObject | undefined {
  const found = schemaAt(schema, [{ kind: 'splat' }]);
  const items = 'schema' in found ? found.schema['items'] : undefined;
  return isJsonObject(items) ? items : undefined;
}

function fieldSchema(schema: JsonObject, name: string): JsonObject | undefined {
  const found = schemaAt(schema, [{ kind: 'field', name }]);
  return 'schema' in found ? found.schema : undefined;
}
