import { ownValue, pickOption, type SchemaNode, unwrapSchema } from './schema-view.ts';

/**
 * A value as CEL rules of Kubernetes see it: whole numbers as `int` (BigInt) where the schema says integer, objects
 * with escaped field names and defaults filled in, maps under their own keys.
 */
export function celValue(schema: SchemaNode | undefined, value: unknown): unknown {
  if (schema === undefined) return untyped(value);
  const { core, fallback } = unwrapSchema(schema);
  const given = value === undefined ? fallback?.value : value;
  const convert = converters.get(core.def.type) ?? ((_, plain) => untyped(plain));
  return convert(core, given);
}

type Converter = (core: SchemaNode, value: unknown) => unknown;

/** How a value of each of zod's types is converted; a value of another type is taken as it is. */
const converters = new Map<string, Converter>([
  ['object', (core, value) => (isObject(value) ? celObject(core, value) : untyped(value))],
  ['record', ({ def }, value) => (isObject(value) ? celMap(def.valueType, value) : untyped(value))],
  ['array', ({ def }, value) => (Array.isArray(value) ? celList(def.element, value) : untyped(value))],
  ['union', (core, value) => celValue(pickOption(core, value), value)],
  // Without a format it is a double, whatever the value.
  ['number', ({ def }, value) => (def.format === undefined ? value : untyped(value))],
]);

function celList(element: SchemaNode | undefined, items: readonly unknown[]): unknown[] {
  return items.map((item) => celValue(element, item));
}

/** Only declared fields are visible to rules; one that is absent and has no default stays absent, so `has` is false. */
function celObject({ def }: SchemaNode, value: object): Map<string, unknown> {
  const fields = new Map<string, unknown>();
  for (const [name, schema] of Object.entries(def.shape ?? {})) {
    const field = celValue(schema, ownValue(value, name));
    if (field !== undefined) fields.set(escapeFieldName(name), field);
  }
  return fields;
}

function celMap(valueType: SchemaNode | undefined, value: object): Map<string, unknown> {
  return new Map(Object.entries(value).map(([key, item]) => [key, celValue(valueType, item)]));
}

function untyped(value: unknown): unknown {
  if (typeof value === 'number') return wholeNumber(value);
  if (Array.isArray(value)) return value.map(untyped);
  return isObject(value) ? new Map(Object.entries(value).map(([key, item]) => [key, untyped(item)])) : value;
}

const wholeNumber = (value: number) => (Number.isInteger(value) ? BigInt(value) : value);

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Words that CEL keeps for itself; as field names they are written `__in__`. */
const reserved = new Set([
  ...['true', 'false', 'null', 'in', 'as', 'break', 'const', 'continue', 'else', 'for', 'function', 'if'],
  ...['import', 'let', 'loop', 'package', 'namespace', 'return', 'var', 'void', 'while'],
]);

/** A field's name as rules spell it: `__dash__`, `__dot__`, `__slash__`, `__underscores__`, reserved words in `__`. */
export function escapeFieldName(name: string): string {
  if (reserved.has(name)) return `__${name}__`;
  return name
    .replaceAll('__', '__underscores__')
    .replaceAll('.', '__dot__')
    .replaceAll('-', '__dash__')
    .replaceAll('/', '__slash__');
}
