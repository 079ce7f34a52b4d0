import { lexer, type Tokens } from 'marked';
import { describe, expect, test } from 'vitest';
import { MOST_CELLS, PdfPage } from './pdf-page.ts';
import { pdfTable } from './pdf-table.ts';

const tableOf = (markdown: string) => lexer(markdown)[0] as Tokens.Table;
const rows = (count: number) => tableOf(`| a | b |\n| --- | --- |\n${'| 1 | 2 |\n'.repeat(count)}`);

describe('a table of a report', () => {
  test('has all its rows while there is room', () => {
    expect(pdfTable(rows(3), new PdfPage())).toMatchObject([{ table: { headerRows: 1, body: { length: 4 } } }]);
  });

  test('says how many rows it leaves out when all tables together have too many cells', () => {
    const page = new PdfPage();
    expect(page.takeRows(MOST_CELLS / 5 - 1, 5)).toBe(MOST_CELLS / 5 - 1);
    expect(pdfTable(rows(9), page)).toMatchObject([
      { table: { body: { length: 3 } } },
      { text: '… and 7 more rows, not shown' },
    ]);
    expect(pdfTable(rows(1), page)).toMatchObject([
      { table: { body: { length: 1 } } },
      { text: '… and 1 more row, not shown' },
    ]);
  });

  test('gives room to columns of long text', () => {
    const table = tableOf(`| a | b | c |\n| --- | --- | --- |\n| 1 | ${'word '.repeat(30)} | 2 |`);
    expect(pdfTable(table, new PdfPage())).toMatchObject([{ table: { widths: ['auto', '*', 'auto'] } }]);
    expect(pdfTable(rows(1), new PdfPage())).toMatchObject([{ table: { widths: ['auto', '*'] } }]);
  });

  test('is aligned as it is written', () => {
    const table = tableOf('| a | b |\n| --: | :-: |');
    expect(pdfTable(table, new PdfPage())).toMatchObject([
      { table: { body: [[{ alignment: 'right' }, { alignment: 'center' }]] } },
    ]);
  });
});
