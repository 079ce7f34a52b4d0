import type { IssuePath } from '../issue.ts';

/** A zod schema, as far as validation looks into it without knowing zod: `def` is zod's own description of it. */
export interface SchemaNode {
  readonly def: SchemaDefinition;
  meta(): Readonly<Record<string, unknown>> | undefined;
}

interface SchemaDefinition {
  readonly type: string;
  readonly innerType?: SchemaNode;
  readonly getter?: () => SchemaNode;
  readonly in?: SchemaNode;
  readonly shape?: Readonly<Record<string, SchemaNode>>;
  readonly element?: SchemaNode;
  readonly valueType?: SchemaNode;
  readonly options?: readonly SchemaNode[];
  readonly discriminator?: string;
  readonly values?: readonly unknown[];
  readonly format?: string;
  readonly defaultValue?: unknown;
}

/** A schema without its wrappers (optional, default, lazy, …), and what the wrappers said. */
export interface UnwrappedSchema {
  readonly core: SchemaNode;
  /** Metadata of each layer, the outermost first. */
  readonly metas: readonly Readonly<Record<string, unknown>>[];
  /** Present when a wrapper gives a default, which then stands in `value`. */
  readonly fallback?: { readonly value: unknown };
}

const unwrapped = new WeakMap<SchemaNode, UnwrappedSchema>();

/** Takes a schema's wrappers off. The work is done once for each schema: large objects have few of them. */
export function unwrapSchema(schema: SchemaNode): UnwrappedSchema {
  const known = unwrapped.get(schema) ?? unwrap(schema);
  unwrapped.set(schema, known);
  return known;
}

function unwrap(schema: SchemaNode): UnwrappedSchema {
  const metas: Readonly<Record<string, unknown>>[] = [];
  let fallback: { value: unknown } | undefined;
  let core = schema;
  for (let inner: SchemaNode | undefined = schema; inner !== undefined; inner = innerSchema(core)) {
    core = inner;
    const meta = core.meta();
    if (meta !== undefined) metas.push(meta);
    if (core.def.type === 'default') fallback ??= { value: core.def.defaultValue };
  }
  return { core, metas, ...(fallback !== undefined && { fallback }) };
}

function innerSchema({ def }: SchemaNode): SchemaNode | undefined {
  if (def.type === 'lazy') return def.getter?.();
  return def.type === 'pipe' ? def.in : def.innerType;
}

/** The schema of what stands under a key or an index, or undefined where the schema does not say. */
export function childSchema(schema: SchemaNode, value: unknown, segment: string | number): SchemaNode | undefined {
  const { def } = unwrapSchema(schema).core;
  switch (def.type) {
    case 'object':
      return ownProperty(def.shape, segment);
    case 'record':
      return def.valueType;
    case 'array':
      return def.element;
    case 'union': {
      const option = pickOption(schema, value);
      return option && childSchema(option, value, segment);
    }
    default:
      return undefined;
  }
}

/** The option of a union that a value is meant to be: by its discriminator, else by its JSON type. */
export function pickOption(schema: SchemaNode, value: unknown): SchemaNode | undefined {
  const { core } = unwrapSchema(schema);
  const { discriminator, options } = core.def;
  if (discriminator === undefined) return options?.find((option) => acceptsTypeOf(option, value));
  return optionsByValue(core, discriminator).get(ownValue(value, discriminator));
}

const discriminated = new WeakMap<SchemaNode, ReadonlyMap<unknown, SchemaNode>>();

/** The options of a union by the values that lead to them. */
function optionsByValue(union: SchemaNode, discriminator: string): ReadonlyMap<unknown, SchemaNode> {
  const known = discriminated.get(union);
  if (known !== undefined) return known;
  const { options = [] } = union.def;
  const pairs = options.flatMap((option) =>
    discriminatorValues(option, discriminator).map((value) => [value, option] as const),
  );
  const byValue = new Map(pairs);
  discriminated.set(union, byValue);
  return byValue;
}

/** The values of a discriminator that lead to this option. */
export function discriminatorValues(option: SchemaNode, discriminator: string): readonly unknown[] {
  const field = ownProperty(unwrapSchema(option).core.def.shape, discriminator);
  return field === undefined ? [] : (unwrapSchema(field).core.def.values ?? []);
}

function acceptsTypeOf(option: SchemaNode, value: unknown): boolean {
  const { type } = unwrapSchema(option).core.def;
  if (Array.isArray(value)) return type === 'array';
  if (typeof value === 'object' && value !== null) return type === 'object' || type === 'record';
  return type === typeof value || (type === 'enum' && typeof value === 'string');
}

/** The schema at a path, or undefined where the schema does not say. */
export function schemaAt(root: SchemaNode, value: unknown, path: IssuePath): SchemaNode | undefined {
  let schema: SchemaNode | undefined = root;
  let current = value;
  for (const segment of path) {
    schema = schema && childSchema(schema, current, segment);
    current = ownValue(current, segment);
  }
  return schema;
}

/** The value at a path, or undefined when there is none. */
export function valueAt(root: unknown, path: IssuePath): unknown {
  return path.reduce<unknown>(ownValue, root);
}

/** An own property or item of a value, or undefined. */
export function ownValue(value: unknown, segment: string | number): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, segment)) return undefined;
  return Reflect.get(value, segment);
}

/** The fields that an object has by its schema, or none where the schema leaves them open. */
export function fieldNames(schema: SchemaNode, value: unknown): readonly string[] {
  const { core } = unwrapSchema(schema);
  if (core.def.type !== 'union') return Object.keys(core.def.shape ?? {});
  const option = pickOption(core, value);
  return option === undefined ? [] : fieldNames(option, value);
}

/** The first thing that a schema's metadata says under a key. */
export function metaOf(schema: SchemaNode, key: string): unknown {
  return unwrapSchema(schema).metas.find((meta) => meta[key] !== undefined)?.[key];
}

function ownProperty(shape: SchemaDefinition['shape'], name: string | number): SchemaNode | undefined {
  return shape !== undefined && Object.hasOwn(shape, name) ? shape[name] : undefined;
}
