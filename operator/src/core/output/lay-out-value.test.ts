import { describe, expect, test } from 'vitest';
import { layOutValue } from './lay-out-value.ts';

describe('a value that stands alone', () => {
  test.each([
    ['a text has its paragraphs', 'a\n\nb*', 'a\n\nb\\*'],
    ['a number is itself', 1.5, '1.5'],
    ['null is nothing', null, ''],
    ['an empty list says so', [], '*none*'],
    ['an empty object says so', {}, '*none*'],
    ['a list of texts is a list', ['a', 'b\nc'], '- a\n- b c'],
  ])('%s', (_, value, markdown) => {
    expect(layOutValue(value, 2)).toBe(markdown);
  });

  test('objects are a table of all the fields that any of them has', () => {
    expect(layOutValue([{ a: 1 }, { b: [2], a: null }], 2)).toBe('| a | b |\n| --- | --- |\n| 1 |  |\n|  | \\[2\\] |');
  });

  test('items of different kinds stand below each other', () => {
    expect(layOutValue([1, { a: 2 }], 2)).toBe('## 1\n\n1\n\n## 2\n\n| Name | Value |\n| --- | --- |\n| a | 2 |');
  });

  test('objects of many fields stand below each other', () => {
    const wide = Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`f${index}`, index]));
    expect(layOutValue([wide, wide], 2)).toMatch(/^## 1\n\n\| Name \| Value \|[^]*\n\n## 2\n\n/);
  });

  test('an object has its short values in a table and the others below headings', () => {
    expect(layOutValue({ open_findings: [1], state: 'ok', text: 'a\nb' }, 2)).toBe(
      '| Name | Value |\n| --- | --- |\n| state | ok |\n\n## Open findings\n\n- 1\n\n## Text\n\na\\\nb',
    );
  });

  test('headings go six levels deep, and what is deeper is JSON', () => {
    expect(layOutValue({ a: { b: { c: [{ d: [1] }] } } }, 5)).toBe(
      '##### A\n\n###### B\n\n\\{"c":\\[\\{"d":\\[1\\]\\}\\]\\}'.replaceAll(/\\([{}])/g, '$1'),
    );
  });
});
