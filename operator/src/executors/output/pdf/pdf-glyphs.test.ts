import { createRequire } from 'node:module';
import { describe, expect, test } from 'vitest';
import { fonts } from './pdf-fonts.ts';
import { MissingGlyphs } from './pdf-glyphs.ts';

interface Font {
  readonly characterSet: readonly number[];
}
/** The library with which PDFs read their fonts. */
const pdfmakeRequire = createRequire(createRequire(import.meta.url).resolve('pdfmake'));
const fontkit = createRequire(pdfmakeRequire.resolve('pdfkit'))('fontkit') as { openSync: (file: string) => Font };

describe('what the fonts lack', () => {
  test.each(Object.values(fonts.Roboto))('is what the table says: %s', (file) => {
    const known = new Set(fontkit.openSync(file).characterSet);
    const wrong: string[] = [];
    for (let code = 0x20; code < 0x30000; code += 1) {
      if (code >= 0xd800 && code <= 0xdfff) continue;
      const glyphs = new MissingGlyphs();
      const shown = glyphs.show(String.fromCodePoint(code));
      const isShown = Array.from(shown).every((character) => known.has(character.codePointAt(0) ?? 0));
      if (!isShown) wrong.push(code.toString(16));
      if (glyphs.describe() !== undefined && known.has(code) && code > 0xa0 && code < 0xe000)
        wrong.push(`-${code.toString(16)}`);
    }
    expect(wrong).toEqual([]);
  });

  test('is counted, with examples', () => {
    const glyphs = new MissingGlyphs();
    expect(glyphs.show('a中文😀')).toBe('a\ufffd\ufffd\ufffd');
    expect(glyphs.describe()).toBe(
      '3 characters are missing from the font of this report and shown as \ufffd (U+4E2D, U+6587, U+1F600). The format markdown shows them.',
    );
  });

  test('is spelled out where there is a way', () => {
    const glyphs = new MissingGlyphs();
    expect(glyphs.show('a → b ✅\ufe0f')).toBe('a -> b [x]');
    expect(glyphs.describe()).toBeUndefined();
  });

  test('is composed where letters and marks come apart', () => {
    expect(new MissingGlyphs().show('u\u0308')).toBe('ü');
  });
});
