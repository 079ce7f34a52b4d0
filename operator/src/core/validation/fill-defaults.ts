import { ownValue, type SchemaNode, unwrapSchema } from './schema-view.ts';

/**
 * A value with the defaults that its schema has for fields of objects, as the API server fills them in. Nothing else is
 * touched, so every key stays what it is. Returns the value itself when there is nothing to fill in.
 */
export function fillDefaults(schema: SchemaNode, value: unknown): unknown {
  const { core, fallback } = unwrapSchema(schema);
  if (value === undefined) return fallback?.value;
  const { shape } = core.def;
  if (shape === undefined || typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const filled = Object.entries(shape).flatMap(([name, field]) => {
    const before = ownValue(value, name);
    const after = fillDefaults(field, before);
    return after === before ? [] : [[name, after] as const];
  });
  return filled.length === 0 ? value : { ...value, ...Object.fromEntries(filled) };
}
