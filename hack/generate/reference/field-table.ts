import { tagOf, tagValues } from '../inline-references.ts';
import { isTuple, type JsonSchema } from '../json-schema.ts';
import { describeBounds, describeType, type Links, referenceOf } from './describe-value.ts';

/** A part of the schema that is described elsewhere. */
export interface Elsewhere {
  /** Finds a place by the schema itself, for schemas that have no name. */
  readonly linkOf: (schema: JsonSchema) => string | undefined;
  readonly links: Links;
}

interface Row {
  readonly path: string;
  readonly schema: JsonSchema;
  readonly isRequired: boolean;
}

/** A union of objects below a table: which field tells them apart, and what each has. */
export interface UnionPart {
  readonly path: string;
  readonly tag: string;
  readonly union: JsonSchema;
}

/** The fields of an object with all below them, and the unions among them, whose objects get tables of their own. */
export function collectFields(object: JsonSchema, path: string, elsewhere: Elsewhere): FieldList {
  const list: FieldList = { rows: [], unions: [] };
  addFields(object, path, { list, elsewhere });
  return list;
}

/** What a table shows, and the unions that come after it. */
export interface FieldList {
  readonly rows: Row[];
  readonly unions: UnionPart[];
}

interface Collection {
  readonly list: FieldList;
  readonly elsewhere: Elsewhere;
}

function addFields({ properties = {}, required = [] }: JsonSchema, path: string, collection: Collection): void {
  for (const [name, schema] of Object.entries(properties)) {
    const field = path === '' ? name : `${path}.${name}`;
    collection.list.rows.push({ path: field, schema, isRequired: required.includes(name) });
    addBelow(schema, field, collection);
  }
}

function addBelow(schema: JsonSchema, path: string, collection: Collection): void {
  const { items, additionalProperties, oneOf = [] } = schema;
  if (referenceOf(schema) !== undefined || collection.elsewhere.linkOf(schema) !== undefined) return;
  const tag = tagOf(
    oneOf.map(({ properties = {} }) => properties),
    tagValues,
  );
  if (tag !== undefined) collection.list.unions.push({ path, tag, union: schema });
  else if (schema.properties !== undefined) addFields(schema, path, collection);
  else if (items !== undefined && !isTuple(items)) addBelow(items, `${path}[]`, collection);
  else if (typeof additionalProperties === 'object') addBelow(additionalProperties, `${path}.<key>`, collection);
}

/** A Markdown table of fields. */
export function renderTable(rows: readonly Row[], elsewhere: Elsewhere): string {
  if (rows.length === 0) return 'No fields of its own.';
  const lines = rows.map(({ path, schema, isRequired }) =>
    tableLine([
      `\`${path}\``,
      typeOf(schema, elsewhere),
      isRequired ? '**required**' : defaultOf(schema),
      describeBounds(schema),
      schema.description ?? '',
    ]),
  );
  return [tableLine(['Field', 'Type', 'Default', 'Bounds', 'Description']), tableRule(5), ...lines].join('\n');
}

function typeOf(schema: JsonSchema, { links, linkOf }: Elsewhere): string {
  const link = linkOf(schema);
  return link === undefined ? describeType(schema, links) : `[object](${link})`;
}

function defaultOf(schema: JsonSchema): string {
  if (schema.default === undefined) return '';
  return typeof schema.default === 'object' && schema.default !== null && Object.keys(schema.default).length > 0
    ? 'see its fields'
    : `\`${JSON.stringify(schema.default)}\``;
}

/** A line of a Markdown table. */
export const tableLine = (cells: readonly string[]): string =>
  `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll(/\s*\n\s*/g, ' ')).join(' | ')} |`;

/** The line below a Markdown table's head. */
export const tableRule = (columns: number): string => `|${' --- |'.repeat(columns)}`;
