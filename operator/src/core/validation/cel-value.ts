import { ownValue, pickOption, type SchemaNode, unwrapSchema } from './schema-view.ts';

/** What was converted already, so that steps inside steps are converted once: by the value, and the schema it stands under. */
export type ConvertedValues = WeakMap<object, { readonly core: SchemaNode; readonly converted: unknown }>;

/**
 * A value as CEL rules of Kubernetes see it: whole numbers as `int` (BigInt) where the schema says integer, objects
 * with escaped field names and defaults filled in, maps under their own keys.
 */
export function celValue(
  schema: SchemaNode | undefined,
  value: unknown,
  known: ConvertedValues = new WeakMap(),
): unknown {
  if (schema === undefined) return untyped(value);
  const { core, fallback } = unwrapSchema(schema);
  const given = value === undefined ? fallback?.value : value;
  if (typeof given !== 'object' || given === null) return convert(core, given, known);
  const before = known.get(given);
  if (before?.core === core) return before.converted;
  const converted = convert(core, given, known);
  known.set(given, { core, converted });
  return converted;
}

function convert(core: SchemaNode, value: unknown, known: ConvertedValues): unknown {
  const converter = converters.get(core.def.type);
  return converter === undefined ? untyped(value) : converter(core, value, known);
}

type Converter = (core: SchemaNode, value: unknown, known: ConvertedValues) => unknown;

/** How a value of each of zod's types is converted; a value of another type is taken as it is. */
const converters = new Map<string, Converter>([
  ['object', (core, value, known) => (isObject(value) ? celObject(core, value, known) : untyped(value))],
  ['record', ({ def }, value, known) => (isObject(value) ? celMap(def.valueType, value, known) : untyped(value))],
  ['array', ({ def }, value, known) => (Array.isArray(value) ? celList(def.element, value, known) : untyped(value))],
  ['union', (core, value, known) => celValue(pickOption(core, value), value, known)],
  // Without a format it is a double, whatever the value.
  ['number', ({ def }, value) => (def.format === undefined ? value : untyped(value))],
]);

function celList(element: SchemaNode | undefined, items: readonly unknown[], known: ConvertedValues): unknown[] {
  return items.map((item) => celValue(element, item, known));
}

/** Only declared fields are visible to rules; one that is absent and has no default stays absent, so `has` is false. */
function celObject({ def }: SchemaNode, value: object, known: ConvertedValues): Map<string, unknown> {
  const fields = new Map<string, unknown>();
  for (const [name, schema] of Object.entries(def.shape ?? {})) {
    const field = celValue(schema, ownValue(value, name), known);
    if (field !== undefined) fields.set(escapeFieldName(name), field);
  }
  return fields;
}

function celMap(valueType: SchemaNode | undefined, value: object, known: ConvertedValues): Map<string, unknown> {
  return new Map(Object.entries(value).map(([key, item]) => [key, celValue(valueType, item, known)]));
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

const escaped = new Map<string, string>();

/** A field's name as rules spell it: `__dash__`, `__dot__`, `__slash__`, `__underscores__`, reserved words in `__`. */
export function escapeFieldName(name: string): string {
  // Only names of the schemas come here, and they are few.
  const known = escaped.get(name) ?? escape(name);
  escaped.set(name, known);
  return known;
}

function escape(name: string): string {
  if (reserved.has(name)) return `__${name}__`;
  return name
    .replaceAll('__', '__underscores__')
    .replaceAll('.', '__dot__')
    .replaceAll('-', '__dash__')
    .replaceAll('/', '__slash__');
}
