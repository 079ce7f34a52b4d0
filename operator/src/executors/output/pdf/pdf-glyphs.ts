/** Characters that Roboto has in all of its four faces, as ranges of code points. A test holds them against the fonts. */
const KNOWN =
  '20-7e a0-17f 18f 192 1a0-1a1 1af-1b0 1f0 1fa-1ff 218-21b 237 259 2bc 2c6-2c7 2c9 2d8-2dd 2f3 300-301 303 309 30f 323 384-38a 38c 38e-3a1 3a3-3ce 3d1-3d2 3d6 400-486 488-513 1e00-1e01 1e3e-1e3f 1e80-1e85 1e9e 1ea0-1ef9 1f4d 2000-200b 2010-2011 2013-2015 2017-201e 2020-2022 2025-2027 2030 2032-2033 2039-203a 203c 2044 2070 2074-208e 20a3-20a4 20a6-20ac 20b1 20b9-20ba 20bc-20bd 20c1 2105 2113 2116 2122 2126 212e 215b-215e 2202 2206 220f 2211-2212 221a 221e 222b 2248 2260 2264-2265 25a0 25ca 25cb 25cf fb01-fb04 fffd';

const UNKNOWN = new RegExp(`[^\\n\\t${KNOWN.split(' ').map(classOf).join('')}]`, 'gu');

function classOf(range: string): string {
  return range
    .split('-')
    .map((code) => `\\u{${code}}`)
    .join('-');
}

/** What is written for signs that the font lacks and that reports often have. */
const SPELLED = new Map([
  ['→', '->'],
  ['←', '<-'],
  ['↔', '<->'],
  ['⇒', '=>'],
  ['✓', '[x]'],
  ['✔', '[x]'],
  ['✅', '[x]'],
  ['☑', '[x]'],
  ['✗', '[-]'],
  ['✘', '[-]'],
  ['❌', '[-]'],
  ['☐', '[ ]'],
  ['\u202f', ' '],
  ['\u2212', '-'],
  ['\u2043', '-'],
]);

/** Marks that only change how what stands beside them looks. */
const UNSEEN = /[\u200c-\u200f\u2060\ufe00-\ufe0f\ufeff]/g;

/** Characters that a document could not show, for the note at its end. */
export class MissingGlyphs {
  #count = 0;
  readonly #examples = new Set<string>();

  /** A text as the font can show it: what it lacks is spelled out, or replaced and counted. */
  show(text: string): string {
    return text
      .normalize('NFC')
      .replaceAll(UNSEEN, '')
      .replaceAll(UNKNOWN, (character) => this.#replace(character));
  }

  /** What is missing, in words; undefined when nothing is. */
  describe(): string | undefined {
    if (this.#count === 0) return undefined;
    const what = this.#count === 1 ? '1 character is' : `${this.#count} characters are`;
    return `${what} missing from the font of this report and shown as \ufffd (${[...this.#examples].join(', ')}). The format markdown shows them.`;
  }

  #replace(character: string): string {
    const spelled = SPELLED.get(character);
    if (spelled !== undefined) return spelled;
    this.#count += 1;
    if (this.#examples.size < 5) this.#examples.add(codePointOf(character));
    return '\ufffd';
  }
}

const codePointOf = (character: string) =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
