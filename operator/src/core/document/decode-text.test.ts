import { describe, expect, test } from 'vitest';
import { decodeText } from './decode-text.ts';

const bytes = (...parts: (string | number[])[]) =>
  Uint8Array.from(parts.flatMap((part) => (typeof part === 'string' ? [...new TextEncoder().encode(part)] : part)));

describe('decodeText', () => {
  test('reads UTF-8', () => {
    expect(decodeText(bytes('añ😀'))).toEqual({ text: 'añ😀' });
  });

  test('takes a byte order mark away', () => {
    expect(decodeText(bytes([0xef, 0xbb, 0xbf], 'a: 1'))).toEqual({ text: 'a: 1' });
  });

  test('keeps a replacement character that the file really holds', () => {
    expect(decodeText(bytes('a\uFFFDb'))).toEqual({ text: 'a\uFFFDb' });
  });

  test.each([
    ['a broken byte', bytes('a: 1\nb: ñ', [0xff], 'c'), 2, 5],
    ['a character cut off at the end', bytes('ok\n', [0xf0, 0x9f]), 2, 1],
    ['an overlong encoding', bytes('ab', [0xc0, 0xaf]), 1, 3],
    ['a lone surrogate', bytes('a\n\n', [0xed, 0xa0, 0x80]), 3, 1],
  ])('tells where %s stands', (_, input, line, column) => {
    expect(decodeText(input)).toMatchObject({ issue: { code: 'InvalidEncoding' }, position: { line, column } });
  });

  test('tells binary from text by its NUL bytes', () => {
    expect(decodeText(bytes('a\nb', [0], 'c'))).toMatchObject({
      issue: { code: 'BinaryFile' },
      position: { line: 2, column: 2 },
    });
  });

  test.each([
    ['little', [0xff, 0xfe, 0x61, 0x00]],
    ['big', [0xfe, 0xff, 0x00, 0x61]],
  ])('names UTF-16 (%s endian) for what it is', (_, input) => {
    expect(decodeText(bytes(input))).toMatchObject({
      issue: {
        code: 'InvalidEncoding',
        message: 'the file is UTF-16 text, not UTF-8',
        hint: 'save the file as UTF-8 text',
      },
    });
  });
});
