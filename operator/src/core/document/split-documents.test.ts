import { describe, expect, test } from 'vitest';
import { splitDocuments, splitJsonObjects } from './split-documents.ts';

const pieces = (text: string) => splitDocuments(text).map(({ start, end }) => text.slice(start, end));
const objects = (text: string) =>
  splitJsonObjects(text, { start: 0, end: text.length }).map(({ start, end }) => text.slice(start, end));

describe('splitDocuments', () => {
  test.each([
    ['one document is one piece', 'a: 1\n', ['a: 1\n']],
    ['markers split', 'a: 1\n---\nb: 2', ['a: 1\n', '---\nb: 2']],
    ['a marker at the beginning makes no empty piece', '---\na: 1', ['---\na: 1']],
    [
      'pieces of comments and markers only stay with the next',
      '# x\n---\n# y\n---\na: 1',
      ['# x\n---\n# y\n---\na: 1'],
    ],
    ['directives stay with their document', 'a: 1\n---\n%YAML 1.1\n---\nb: 2', ['a: 1\n', '---\n%YAML 1.1\n---\nb: 2']],
    ['a trailing marker makes no piece', 'a: 1\n---\n', ['a: 1\n']],
    ['CRLF and CR end lines too', 'a: 1\r\n---\r\nb: 2\r---\rc: 3', ['a: 1\r\n', '---\r\nb: 2\r', '---\rc: 3']],
    ['a marker within a line is text', 'a: x --- y\nb: ---\n', ['a: x --- y\nb: ---\n']],
    ['a longer line of dashes is text', 'a: 1\n----\n', ['a: 1\n----\n']],
    ['an indented marker is text', 'a: |\n  ---\n  b', ['a: |\n  ---\n  b']],
    ['comments only are nothing', '# nothing\n\n', []],
    ['nothing is nothing', '', []],
  ])('%s', (_, text, expected) => {
    expect(pieces(text)).toEqual(expected);
  });
});

describe('splitJsonObjects', () => {
  test.each([
    ['objects follow each other', '{"a":1}{"b":2}\n{"c":3}\n', ['{"a":1}', '{"b":2}', '\n{"c":3}']],
    ['brackets in strings do not count', '{"a":"}{\\""}{"b":2}', ['{"a":"}{\\""}', '{"b":2}']],
    ['nested objects and lists stay whole', '{"a":[{"b":[]}]}{}', ['{"a":[{"b":[]}]}', '{}']],
    ['a broken rest belongs to the last object', '{"a":1}{"b":', ['{"a":1}{"b":']],
    ['what is no object is one piece', 'a: 1', ['a: 1']],
    ['an object that does not end is one piece', '{"a": "', ['{"a": "']],
    ['a string that does not end takes no time', `{"${'a'.repeat(1000)}\\`, [`{"${'a'.repeat(1000)}\\`]],
  ])('%s', (_, text, expected) => {
    expect(objects(text)).toEqual(expected);
  });
});
