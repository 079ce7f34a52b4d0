import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { renderCsv } from './render-csv.ts';

const csv = (header: readonly string[], rows: readonly (readonly string[])[]) =>
  renderCsv({ format: 'csv_dataset', name: 'n', title: 't', header, rows });

describe('a CSV', () => {
  test('is as RFC 4180 has it: a heading, CRLF, quotes doubled', () => {
    expect(
      csv(
        ['a', 'b'],
        [
          ['1', 'x"y'],
          ['', 'm,n\no'],
        ],
      ),
    ).toBe('a,b\r\n1,"x""y"\r\n,"m,n\no"\r\n');
  });

  test('is read by another library as what it was made of', () => {
    const cell = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('"', ',', '\r\n', '\n', ' ', '', '\ufeff'));
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constant('x'), cell, cell), { minLength: 1 }), (rows) => {
        const written = csv(['h', 'i', 'j'], rows);
        expect(parse(written, { record_delimiter: '\r\n' })).toEqual([['h', 'i', 'j'], ...rows]);
      }),
    );
  });
});
