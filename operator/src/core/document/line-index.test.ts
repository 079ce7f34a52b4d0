import { describe, expect, test } from 'vitest';
import { indexLines } from './line-index.ts';

describe('indexLines', () => {
  test.each([
    ['the first character is line 1, column 1', 'ab', 0, 1, 1],
    ['LF ends a line', 'a\nb', 2, 2, 1],
    ['the line break itself still belongs to its line', 'a\nb', 1, 1, 2],
    ['CRLF ends one line, not two', 'a\r\nbc', 4, 2, 2],
    ['CR alone ends a line', 'a\rb', 2, 2, 1],
    ['columns count UTF-16 units, as editors do', 'é😀x', 3, 1, 4],
    ['an offset behind the text is its end', 'ab', 99, 1, 3],
    ['an offset before the text is its beginning', 'ab', -5, 1, 1],
    ['an empty text has one line', '', 0, 1, 1],
  ])('%s', (_, text, offset, line, column) => {
    expect(indexLines(text)(offset)).toEqual({ line, column });
  });
});
