import type { JsonObject, JsonValue } from '../../api/json.ts';
import type { Issue } from '../issue.ts';
import { quote } from '../quote.ts';
import { navigate } from '../template/navigate.ts';
import { parsePath } from '../template/parse-path.ts';
import type { Reference } from '../template/reference.ts';
import type { Scope } from '../template/scope.ts';
import { guardCell } from './guard-cell.ts';
import { cellOf, fieldsOf } from './lay-out-value.ts';
import type { OutputTemplate, Planned } from './output-document.ts';
import { describeInputs } from './describe-inputs.ts';
import { isList, isObject, textOf } from './plain-text.ts';

/** A heading and rows of cells. */
export interface PlannedTable {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Bounds of a table. */
export const tableLimits = { rows: 200_000, columns: 1000, cells: 5_000_000 } as const;

/** A table of the rows among the inputs: with the template's columns, else with all fields that the rows have. */
export function planTable(inputs: JsonObject, columns: OutputTemplate['columns']): Planned<PlannedTable> {
  const found = findRows(inputs);
  if ('issues' in found) return found;
  const { name, rows } = found.planned;
  if (rows.length > tableLimits.rows) return tooMany(name, `${rows.length} rows`, `${tableLimits.rows} rows`);
  const table = columns === undefined ? tableOfFields(name, rows) : tableOfColumns(columns);
  if ('issues' in table) return table;
  const header = table.planned.header;
  const size = `${header.length} columns in ${rows.length} rows`;
  if (header.length > tableLimits.columns) return tooMany(name, size, `${tableLimits.columns} columns`);
  if (header.length * rows.length > tableLimits.cells) return tooMany(name, size, `${tableLimits.cells} cells`);
  const cells = rows.map((row) => header.map((_, column) => guardCell(table.planned.cellAt(row, column))));
  return { planned: { header: header.map(guardCell), rows: cells } };
}

interface Rows {
  readonly name: string;
  readonly rows: readonly JsonValue[];
}

/** The input `rows`, else the only list. */
function findRows(inputs: JsonObject): Planned<Rows> {
  const lists = Object.entries(inputs).flatMap(([name, value]) => (isList(value) ? [{ name, rows: value }] : []));
  const chosen = lists.find(({ name }) => name === 'rows') ?? (lists.length === 1 ? lists[0] : undefined);
  if (chosen !== undefined) return { planned: chosen };
  const message =
    lists.length === 0
      ? `a CSV needs a list of rows among its inputs, found ${describeInputs(inputs)}`
      : `a CSV has one list of rows, found ${describeInputs(inputs)}`;
  const hint = 'name the input with the rows `rows`: a list of objects, one for each row';
  return { issues: [{ code: 'NoRows', path: ['inputs'], message, hint }] };
}

interface Cells {
  readonly header: readonly string[];
  readonly cellAt: (row: JsonValue, column: number) => string;
}

function tableOfFields(name: string, rows: readonly JsonValue[]): Planned<Cells> {
  if (!rows.some(isObject)) return { planned: { header: ['value'], cellAt: textOf } };
  const odd = rows.findIndex((row) => !isObject(row));
  if (odd !== -1) return { issues: [notAnObject(name, odd)] };
  const header = fieldsOf(rows.filter(isObject));
  const cellAt = (row: JsonValue, column: number) => (isObject(row) ? cellOf(row, header[column] ?? '') : '');
  return { planned: { header, cellAt } };
}

function notAnObject(name: string, index: number): Issue {
  const message = `row ${index + 1} of input ${quote(name)} is no object, while other rows are`;
  return {
    code: 'MixedRows',
    path: ['inputs', name, index],
    message,
    hint: 'give a list of objects, one for each row',
  };
}

function tableOfColumns(columns: NonNullable<OutputTemplate['columns']>): Planned<Cells> {
  const parsed = columns.map(({ path }) => parsePath(path));
  const issues = parsed.flatMap((result, index): Issue[] =>
    'problem' in result
      ? [{ code: result.problem.code, path: ['template', 'columns', index, 'path'], message: result.problem.message }]
      : [],
  );
  if (issues.length > 0) return { issues };
  const references = parsed.flatMap((result) => ('problem' in result ? [] : [insideRow(result.reference)]));
  const header = columns.map(({ header: heading }) => heading);
  return { planned: { header, cellAt: (row, column) => read(row, references[column]) } };
}

/** The first name of a path inside a row is a field like the others. */
function insideRow({ root, segments, text }: Reference): Reference {
  return { root: '', segments: [{ kind: 'field', name: root }, ...segments], text };
}

const nothingElse: Scope = { lookUp: () => undefined, stepNames: () => [], isVariable: () => true };

function read(row: JsonValue, reference: Reference | undefined): string {
  const found = reference === undefined ? undefined : navigate(row, reference, nothingElse);
  return found === undefined || 'problem' in found ? '' : textOf(found.value);
}

function tooMany(name: string, found: string, most: string): { readonly issues: readonly Issue[] } {
  const message = `input ${quote(name)} has ${found}; a CSV has ${most} at most`;
  return { issues: [{ code: 'TooLarge', path: ['inputs', name], message, hint: 'make several files of it' }] };
}
