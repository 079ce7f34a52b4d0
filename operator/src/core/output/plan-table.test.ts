import { describe, expect, test } from 'vitest';
import { guardCell } from './guard-cell.ts';
import { planTable, tableLimits } from './plan-table.ts';

describe('a table', () => {
  test('has all fields that its rows have, in the order in which they appear', () => {
    expect(
      planTable(
        {
          rows: [
            { a: 1, b: true },
            { c: { d: [1] }, a: null },
          ],
        },
        undefined,
      ),
    ).toEqual({
      planned: {
        header: ['a', 'b', 'c'],
        rows: [
          ['1', 'true', ''],
          ['', '', '{"d":[1]}'],
        ],
      },
    });
  });

  test('has the columns of the template, and nothing where a row lacks one', () => {
    const columns = [
      { header: 'Name', path: 'who.name' },
      { header: 'First', path: 'tags[0]' },
      { header: 'Tags', path: 'tags[*]' },
    ];
    expect(planTable({ rows: [{ who: { name: 'x' }, tags: ['a', 'b'] }, { who: 1 }] }, columns)).toEqual({
      planned: {
        header: ['Name', 'First', 'Tags'],
        rows: [
          ['x', 'a', '["a","b"]'],
          ['', '', ''],
        ],
      },
    });
  });

  test('has one column for rows that are no objects', () => {
    expect(planTable({ list: ['a', [1]] }, undefined)).toEqual({
      planned: { header: ['value'], rows: [['a'], ['[1]']] },
    });
  });

  test.each([
    ['no inputs', {}, 'found no inputs'],
    [
      'inputs by their types',
      { a: null, b: 'x', c: 1, d: {} },
      'found "a" (null), "b" (text), "c" (number), "d" (object)',
    ],
    [
      'some of many inputs',
      Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`i${index}`, true])),
      '"i9" (boolean) and 2 more',
    ],
  ])('is not made of what has no list, which is told: %s', (_, inputs, found) => {
    expect(planTable(inputs, undefined)).toMatchObject({
      issues: [{ code: 'NoRows', message: expect.stringContaining(found) as string }],
    });
  });

  test('takes the only list, whatever its name', () => {
    expect(planTable({ note: 'x', found: [{ a: 1 }] }, undefined)).toMatchObject({ planned: { rows: [['1']] } });
  });

  test('takes `rows` where there are several lists', () => {
    expect(planTable({ others: [{ b: 1 }], rows: [{ a: 1 }] }, undefined)).toMatchObject({
      planned: { header: ['a'] },
    });
  });

  test('says which inputs there are where none is a list of rows', () => {
    expect(planTable({ a: 'x', b: {} }, undefined)).toEqual({
      issues: [
        {
          code: 'NoRows',
          path: ['inputs'],
          message: 'a CSV needs a list of rows among its inputs, found "a" (text), "b" (object)',
          hint: 'name the input with the rows `rows`: a list of objects, one for each row',
        },
      ],
    });
  });

  test('says that it cannot choose among several lists', () => {
    expect(planTable({ a: [], b: [] }, undefined)).toMatchObject({
      issues: [{ message: 'a CSV has one list of rows, found "a" (list), "b" (list)' }],
    });
  });

  test('says which row is no object among objects', () => {
    expect(planTable({ rows: [{ a: 1 }, 2] }, undefined)).toMatchObject({
      issues: [{ code: 'MixedRows', path: ['inputs', 'rows', 1] }],
    });
  });

  test('says which path of the template is malformed', () => {
    expect(planTable({ rows: [] }, [{ header: 'A', path: 'a[' }])).toMatchObject({
      issues: [{ path: ['template', 'columns', 0, 'path'] }],
    });
  });

  test.each([
    ['rows', Array.from({ length: tableLimits.rows + 1 }, () => 1)],
    ['columns', [Object.fromEntries(Array.from({ length: tableLimits.columns + 1 }, (_, index) => [`f${index}`, 1]))]],
    [
      'cells',
      Array.from({ length: 6000 }, () =>
        Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`f${index}`, 1])),
      ),
    ],
  ])('has bounds of %s', (what, rows) => {
    expect(planTable({ rows }, undefined)).toMatchObject({
      issues: [{ code: 'TooLarge', path: ['inputs', 'rows'], message: expect.stringMatching(`${what} at most$`) }],
    });
  });

  test('guards headings and cells against formulas', () => {
    expect(planTable({ rows: [{ '=a': '=1+1' }] }, undefined)).toMatchObject({
      planned: { header: ["'=a"], rows: [["'=1+1"]] },
    });
  });
});

describe('a cell', () => {
  test.each(['=1+1', '+1+1', '-1+1', '@SUM(A1)', '\t=1', '\r=1', '\n=1', ' =1', '＝1+1', '-', '+a'])(
    'that a spreadsheet would calculate is text: %j',
    (text) => {
      expect(guardCell(text)).toMatch(/^'/);
    },
  );

  test.each(['-1', '+1.5', '-1e10', '.5', 'a=b', 'a-b', '', '1-1', "'"])('that is harmless stays: %j', (text) => {
    expect(guardCell(text)).toBe(text);
  });
});
