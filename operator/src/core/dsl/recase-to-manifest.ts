import type { Issue, IssuePath } from '../issue.ts';
import type { SchemaNode } from '../validation/schema-view.ts';
import { type DslObject, dslObjectAt, itemSchema, stepTypesWith } from './dsl-schema.ts';
import type { FieldForm } from './field-forms.ts';
import { isPlainObject } from './is-plain-object.ts';
import type { Trail } from './trails.ts';
import { unknownField } from './unknown-field.ts';

/** What is gathered while a document is re-cased. */
export interface Gathered {
  readonly issues: Issue[];
  readonly trails: Map<object, Trail>;
}

/** Issues told of one document; whoever has more mends these first. */
const MOST_ISSUES = 1000;

/** Adds an issue while there are not too many: to describe one takes time. */
export function tell({ issues }: Gathered, describe: () => Issue): void {
  if (issues.length < MOST_ISSUES) issues.push(describe());
}

/** A value of the canonical form and where it stands there. */
export interface CanonicalValue {
  readonly value: unknown;
  readonly path: IssuePath;
}

/**
 * A value of the canonical form as the manifest spells it, field by field as the schema knows them. Keys that users
 * chose stay as they are. Fields that the schema does not know are told and left out.
 */
export function recaseToManifest(schema: SchemaNode, { value, path }: CanonicalValue, gathered: Gathered): unknown {
  const below = (inner: unknown, segment: string | number) => ({ value: inner, path: [...path, segment] });
  const item = itemSchema(schema);
  if (Array.isArray(value))
    return item === undefined
      ? value
      : value.map((inner: unknown, index) => recaseToManifest(item, below(inner, index), gathered));
  if (!isPlainObject(value)) return value;
  const object = dslObjectAt(schema, value);
  if (object !== undefined) return recaseObject(object, { value, path }, gathered);
  if (item === undefined) return value;
  const entries = Object.entries(value);
  return Object.fromEntries(entries.map(([key, inner]) => [key, recaseToManifest(item, below(inner, key), gathered)]));
}

interface CanonicalObject extends CanonicalValue {
  readonly value: Readonly<Record<string, unknown>>;
}

function recaseObject(object: DslObject, { value, path }: CanonicalObject, gathered: Gathered): object {
  const origins = new Map<string, string>();
  const entries: [string, unknown][] = [];
  for (const [key, inner] of Object.entries(value)) {
    const form = object.forms.get(key);
    const refusal = refuseKey(object, [...path, key], form && origins.get(form.field));
    if (refusal !== undefined) tell(gathered, refusal);
    else {
      const field = form?.field ?? key;
      origins.set(field, key);
      entries.push([field, recaseField({ object, form }, { value: inner, path: [...path, key] }, gathered)]);
    }
  }
  const recased = Object.fromEntries(entries);
  gathered.trails.set(recased, (segment) => [origins.get(String(segment)) ?? canonicalName(object, String(segment))]);
  return recased;
}

/** Why a key cannot stand here: nothing has that name, or what it names stands here already. */
function refuseKey(
  { forms, fields, isOpen, isStep }: DslObject,
  path: IssuePath,
  before: string | undefined,
): (() => Issue) | undefined {
  const key = String(path.at(-1));
  if (!forms.has(key))
    return isOpen && !fields.has(key)
      ? undefined
      : () => unknownField(path, [...forms.keys()], isStep ? stepTypesWith(key) : []);
  if (before === undefined) return undefined;
  const message = `${key} says what ${before} says already`;
  return () => ({ code: 'AmbiguousField', path, message, hint: `remove one of ${before} and ${key}`, atKey: true });
}

function recaseField(
  { object, form }: { readonly object: DslObject; readonly form: FieldForm | undefined },
  { value, path }: CanonicalValue,
  gathered: Gathered,
): unknown {
  const schema = form && object.fields.get(form.field);
  if (schema === undefined) return value;
  const converted = form?.toManifest(value);
  // A value that became the only item of a list stands where the list stands.
  const isWrapped = Array.isArray(converted) && !Array.isArray(value);
  if (!isWrapped) return recaseToManifest(schema, { value: converted, path }, gathered);
  const item = itemSchema(schema);
  const list = [item === undefined ? value : recaseToManifest(item, { value, path }, gathered)];
  gathered.trails.set(list, () => []);
  return list;
}

function canonicalName({ forms }: DslObject, field: string): string {
  for (const form of forms.values()) if (form.field === field) return form.canonical;
  return field;
}
