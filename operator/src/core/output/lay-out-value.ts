import type { JsonObject, JsonValue } from '../../api/json.ts';
import { escapeBlock, escapeInline } from './escape-markdown.ts';
import { isList, isObject, isScalar, textOf, wordsOf } from './plain-text.ts';

/** More columns than this are not read beside each other. */
const MOST_COLUMNS = 8;
/** Longer text stands under a heading of its own, not in a table. */
const LONGEST_CELL = 100;
const DEEPEST_HEADING = 6;

/** A value as Markdown that stands alone; `level` is that of the headings in it. Nothing in it becomes markup. */
export function layOutValue(value: JsonValue, level: number): string {
  if (isScalar(value)) return escapeBlock(textOf(value));
  if (isList(value)) return value.length === 0 ? NONE : layOutList(value, level);
  return Object.keys(value).length === 0 ? NONE : layOutObject(value, level);
}

const NONE = '*none*';

/** Short values in one table, everything else under headings of its own. */
function layOutObject(object: JsonObject, level: number): string {
  const [short, long] = split(Object.entries(object), ([, value]) => isShort(value));
  const table = markdownTable(
    ['Name', 'Value'],
    short.map(([name, value]) => [name, textOf(value)]),
  );
  const parts = long.map(([name, value]) => section(wordsOf(name), value, level));
  return [...(short.length > 0 ? [table] : []), ...parts].join('\n\n');
}

function split<T>(items: readonly T[], isFirst: (item: T) => boolean): [T[], T[]] {
  return [items.filter(isFirst), items.filter((item) => !isFirst(item))];
}

const isShort = (value: JsonValue) =>
  isScalar(value) && !(typeof value === 'string' && (value.length > LONGEST_CELL || value.includes('\n')));

/** A heading with a value below; deeper than headings go, the value is JSON. */
function section(title: string, value: JsonValue, level: number): string {
  const heading = `${'#'.repeat(Math.min(level, DEEPEST_HEADING))} ${escapeInline(title)}`;
  const body = level < DEEPEST_HEADING || isScalar(value) ? layOutValue(value, level + 1) : escapeInline(textOf(value));
  return `${heading}\n\n${body}`;
}

function layOutList(list: readonly JsonValue[], level: number): string {
  if (list.every(isScalar)) return list.map((item) => `- ${escapeInline(textOf(item))}`).join('\n');
  const columns = list.every(isObject) ? fieldsOf(list) : [];
  if (list.every(isObject) && columns.length > 0 && columns.length <= MOST_COLUMNS)
    return markdownTable(
      columns,
      list.map((row) => columns.map((column) => cellOf(row, column))),
    );
  return list.map((item, index) => section(String(index + 1), item, level)).join('\n\n');
}

/** All fields that any of the rows has, in the order in which they appear. */
export function fieldsOf(rows: readonly JsonObject[]): string[] {
  const fields = new Set<string>();
  for (const row of rows) for (const field of Object.keys(row)) fields.add(field);
  return [...fields];
}

/** The text of a field of a row; nothing where the row does not have it. */
export function cellOf(row: JsonObject, field: string): string {
  return Object.hasOwn(row, field) ? textOf(row[field] ?? null) : '';
}

function markdownTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(escapeInline).join(' | ')} |`;
  return [line(header), `|${' --- |'.repeat(header.length)}`, ...rows.map(line)].join('\n');
}
