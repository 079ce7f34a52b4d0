import { describe, expect, test } from 'vitest';
import { cellsOf, clipToCells, wrapToCells } from './measure-text.ts';

describe('cellsOf', () => {
  test.each([
    ['abc', 3],
    ['名前', 4],
    ['e\u0301', 1],
    ['😀', 2],
    ['👩\u200d🚀', 4],
    ['', 0],
    ['· × …', 5],
  ])('%j takes %i', (text, cells) => {
    expect(cellsOf(text)).toBe(cells);
  });
});

describe('clipToCells', () => {
  test.each([
    ['abcdef', 6, 'abcdef'],
    ['abcdefg', 6, 'abcde…'],
    ['名前名前', 6, '名前…'],
    ['', 3, ''],
  ])('%j in %i is %j', (text, cells, clipped) => {
    expect(clipToCells(text, cells)).toBe(clipped);
  });
});

describe('wrapToCells', () => {
  test.each([
    ['short', 10, 3, ['short']],
    ['two words here', 9, 3, ['two words', 'here']],
    ['{{a_long.path_of.fields}} > 1', 14, 3, ['{{a_long.', 'path_of.', 'fields}} > 1']],
    ['nobreaksanywhere', 8, 2, ['nobreaks', 'anywhere']],
    ['a b c d e f g h i j', 4, 2, ['a b', 'c d…']],
    ['   ', 4, 2, ['']],
  ])('%j in %i cells and %i lines', (text, cells, lines, wrapped) => {
    expect(wrapToCells(text, cells, lines)).toEqual(wrapped);
  });
});
