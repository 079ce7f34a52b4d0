import type { Tokens } from 'marked';
import type { Content, TableCell } from 'pdfmake/interfaces.js';
import { inlineRuns } from './inline-runs.ts';
import type { PdfPage } from './pdf-page.ts';
import { tableLayout } from './pdf-style.ts';

/** A table needs more room for a column than pages have; it is shown as text then. */
const MOST_COLUMNS = 20;
/** A cell with a longer word is broken anywhere. */
const LINE = 90;

/** A table of Markdown, its head repeated on every page; says how many rows are left out for their number. */
export function pdfTable(table: Tokens.Table, page: PdfPage): Content[] {
  const { header, rows } = table;
  if (header.length > MOST_COLUMNS) return [{ text: page.show(table.raw.trim()), style: 'code' }];
  const shown = rows.slice(0, page.takeRows(rows.length, header.length));
  const body = [header, ...shown].map((row) => row.map((cell) => cellOf(cell, header.length, page)));
  const left = rows.length - shown.length;
  const margin: [number, number, number, number] = [0, 2, 0, left > 0 ? 2 : 9];
  return [
    { table: { headerRows: 1, widths: widthsOf([header, ...shown]), body }, layout: tableLayout, margin },
    ...(left > 0 ? [{ text: `… and ${left} more row${left === 1 ? '' : 's'}, not shown`, style: 'note' }] : []),
  ];
}

function cellOf({ header, align, tokens, text }: Tokens.TableCell, columns: number, page: PdfPage): TableCell {
  const longest = Math.max(
    0,
    ...text
      .slice(0, 10_000)
      .split(/\s+/)
      .map((word) => word.length),
  );
  return {
    text: inlineRuns(tokens, page),
    style: header ? 'headCell' : 'cell',
    alignment: align ?? 'left',
    ...(longest > LINE / columns && { wordBreak: 'break-all' }),
  };
}

/** Columns of short text are as wide as it; the others, or else the last, share what is left. */
function widthsOf(rows: readonly (readonly Tokens.TableCell[])[]): ('auto' | '*')[] {
  const columns = rows[0]?.length ?? 0;
  const widest = Array.from({ length: columns }, (_, column) =>
    rows.reduce((most, row) => Math.max(most, row[column]?.text.length ?? 0), 0),
  );
  const isShort = (width: number) => width <= LINE / columns / 1.5;
  const areAllShort = widest.every(isShort);
  return widest.map((width, column) => (isShort(width) && !(areAllShort && column === columns - 1) ? 'auto' : '*'));
}
