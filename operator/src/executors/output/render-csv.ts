import { stringify } from 'csv-stringify/sync';
import type { TableDocument } from '../../core/output/output-document.ts';

/** A table as CSV (RFC 4180): a heading, CRLF, UTF-8. Its cells are guarded against formulas already. */
export function renderCsv({ header, rows }: TableDocument): string {
  return stringify([header, ...rows] as string[][], { record_delimiter: 'windows' });
}
