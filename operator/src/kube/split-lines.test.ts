import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineTooLong, splitLines } from './split-lines.ts';

async function linesOf(chunks: readonly Uint8Array[], maxLineBytes = 1_000): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of splitLines(from(chunks), maxLineBytes)) lines.push(line);
  return lines;
}

async function* from(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield await Promise.resolve(chunk);
}

describe('split lines', () => {
  it('finds the same lines wherever the chunks are cut, also inside a character', async () => {
    const line = fc.string({ unit: 'grapheme', maxLength: 20 }).filter((text) => !text.includes('\n'));
    await fc.assert(
      fc.asyncProperty(fc.array(line), fc.array(fc.nat(300)), async (lines, cuts) => {
        const bytes = Buffer.from(lines.map((text) => `${text}\n`).join(''));
        const borders = [0, ...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length];
        const chunks = borders.slice(1).map((end, index) => bytes.subarray(borders[index], end));
        expect(await linesOf(chunks)).toEqual(lines.filter((text) => text !== ''));
      }),
    );
  });

  it('hands out what follows the last newline', async () => {
    expect(await linesOf([Buffer.from('{"a":1}\n{"b"')])).toEqual(['{"a":1}', '{"b"']);
  });

  it('stops at a line that is too long, in one chunk or in many', async () => {
    expect(await linesOf([Buffer.from('12345\n')], 5)).toEqual(['12345']);
    await expect(linesOf([Buffer.from('123456\n')], 5)).rejects.toThrow(LineTooLong);
    await expect(linesOf([Buffer.from('123'), Buffer.from('456')], 5)).rejects.toThrow(LineTooLong);
  });
});
