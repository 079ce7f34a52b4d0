import type { JsonObject, JsonValue } from '../../api/json.ts';
import type { IssuePath } from '../issue.ts';
import { isJsonList, isJsonObject } from '../json-schema/keyword-shapes.ts';
import { fieldOf, itemOf, listedFields, type PartOf } from '../json-schema/part-of.ts';
import { schemaAt } from '../json-schema/schema-at.ts';
import { type OpenSchema, openSchema, takeApart } from '../json-schema/take-apart.ts';
import { readPath } from '../template/navigate.ts';
import { parsePath } from '../template/parse-path.ts';

/** How much of a value is filled. */
export interface Completeness {
  /** Share of the fields that are filled; 1 when there are none. */
  readonly share: number;
  /** The first of those that are not. */
  readonly empty: readonly IssuePath[];
}

/** What is measured. */
export interface Measured {
  readonly value: JsonObject;
  /** Paths of the parts that are looked at; all of them when left out. */
  readonly fields?: readonly string[] | undefined;
  /** Its fields are those that this names, where it names any. */
  readonly schema?: JsonObject | undefined;
}

/** Fields that are looked at; a value with more is judged by the first. */
const MOST_FIELDS = 100_000;
/** Empty fields that are named. */
const MOST_NAMED = 5;

/** A part of the value that is still to be looked at, and what it must fit. */
interface Part {
  readonly value: JsonValue | undefined;
  readonly path: IssuePath;
  readonly open: OpenSchema | undefined;
  readonly schemas: readonly JsonValue[];
}

/**
 * The share of fields that are filled: neither missing, null, blank text nor an empty list. Fields of objects in objects
 * and in lists count each; an object itself does not. Where a schema names the fields of an object, those count, and no
 * others.
 */
export function measureCompleteness(measured: Measured): Completeness {
  const pending = startingParts(measured).reverse();
  const empty: IssuePath[] = [];
  let filled = 0;
  let count = 0;
  for (let part = pending.pop(); part !== undefined && count < MOST_FIELDS; part = pending.pop()) {
    const inner = innerParts(part);
    if (inner !== undefined) for (const each of inner.reverse()) pending.push(each);
    else {
      count++;
      if (!isEmpty(part.value)) filled++;
      else if (empty.length < MOST_NAMED) empty.push(part.path);
    }
  }
  return { share: count === 0 ? 1 : filled / count, empty };
}

function startingParts({ value, fields, schema }: Measured): Part[] {
  if (fields !== undefined) return fields.map((path) => partAt(value, path, schema));
  const open = schema && openSchema(schema);
  return [{ value, path: [], open, schemas: schema === undefined ? [] : [schema] }];
}

function partAt(value: JsonObject, path: string, schema: JsonObject | undefined): Part {
  const parsed = parsePath(path);
  const segments = 'problem' in parsed ? [] : parsed.reference.segments;
  const root = 'problem' in parsed ? path : parsed.reference.root;
  const found = schema && schemaAt(schema, [{ kind: 'field', name: root }, ...segments]);
  const there = found !== undefined && 'schema' in found ? found.schema : {};
  return { value: readPath(value, path), path: [path], open: openSchema(there), schemas: [there] };
}

/** The fields of an object, and of the objects in a list; undefined for what is a field's value itself. */
function innerParts(part: Part): Part[] | undefined {
  const { value } = part;
  if (isJsonObject(value)) return fieldsOf(value, part);
  if (!isJsonList(value) || !value.some(isJsonObject)) return undefined;
  return value.flatMap((item, index) =>
    isJsonObject(item) ? [inner(part, { value: item, key: index }, (all, open) => itemOf(all, index, open))] : [],
  );
}

function fieldsOf(value: JsonObject, part: Part): Part[] {
  const listed = part.open === undefined ? [] : listedFields(takeApart(part.schemas, part.open));
  const names = listed.length > 0 ? listed : Object.keys(value);
  return names.map((name) => {
    const field = Object.hasOwn(value, name) ? value[name] : undefined;
    return inner(part, { value: field, key: name }, (all, open) => fieldOf(all, name, open));
  });
}

function inner(
  { path, open, schemas }: Part,
  { value, key }: { readonly value: JsonValue | undefined; readonly key: string | number },
  look: (all: ReturnType<typeof takeApart>, open: OpenSchema) => PartOf,
): Part {
  const said = open && look(takeApart(schemas, open), open);
  return { value, path: [...path, key], open, schemas: said !== undefined && 'schemas' in said ? said.schemas : [] };
}

function isEmpty(value: JsonValue | undefined): boolean {
  if (value === undefined || value === null) return true;
  return typeof value === 'string' ? value.trim() === '' : isJsonList(value) && value.length === 0;
}
