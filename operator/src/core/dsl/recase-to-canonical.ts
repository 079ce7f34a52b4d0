import type { Issue, IssuePath } from '../issue.ts';
import type { SchemaNode } from '../validation/schema-view.ts';
import { type DslObject, dslObjectAt, itemSchema } from './dsl-schema.ts';
import { isPlainObject } from './is-plain-object.ts';
import { noCanonicalForm } from './no-canonical-form.ts';

/** A value of a manifest and where it stands there. */
export interface ManifestValue {
  readonly value: unknown;
  readonly path: IssuePath;
}

/**
 * A value of a manifest as the canonical form spells it: the way back of `recaseToManifest`. Tells what would not come
 * back as it was.
 */
export function recaseToCanonical(schema: SchemaNode, { value, path }: ManifestValue, issues: Issue[]): unknown {
  const below = (inner: unknown, segment: string | number) => ({ value: inner, path: [...path, segment] });
  const item = itemSchema(schema);
  if (Array.isArray(value))
    return item === undefined
      ? value
      : value.map((inner: unknown, index) => recaseToCanonical(item, below(inner, index), issues));
  if (!isPlainObject(value)) return value;
  const object = dslObjectAt(schema, value);
  const entries = Object.entries(value);
  if (object !== undefined)
    return Object.fromEntries(entries.map(([key, inner]) => recaseField(object, key, below(inner, key), issues)));
  if (item === undefined) return value;
  return Object.fromEntries(entries.map(([key, inner]) => [key, recaseToCanonical(item, below(inner, key), issues)]));
}

function recaseField(object: DslObject, key: string, at: ManifestValue, issues: Issue[]): [string, unknown] {
  const schema = object.fields.get(key);
  if (schema === undefined) {
    const taken = object.forms.get(key);
    if (taken !== undefined) issues.push(noCanonicalForm(at.path, `${key} stands for ${taken.field} there`));
    return [key, at.value];
  }
  const forms = [...object.forms.values()].filter(({ field }) => field === key);
  for (const form of forms) {
    const value = form.toCanonical(at.value);
    if (value !== undefined) return [form.canonical, recaseToCanonical(schema, { ...at, value }, issues)];
  }
  return [key, at.value];
}
