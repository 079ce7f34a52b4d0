import { MissingGlyphs } from './pdf-glyphs.ts';

/** Most cells of tables in one report; what is beyond is counted, not shown. */
export const MOST_CELLS = 10_000;

/** Longer words get places where they may be broken. */
const LONGEST_WORD = 30;
const LONG_WORD = new RegExp(`\\S{${LONGEST_WORD}}(?=\\S)`, 'gu');

/** What the parts of one report share while it is made. */
export class PdfPage {
  readonly glyphs = new MissingGlyphs();
  #cellsLeft = MOST_CELLS;

  /** Text of unknown origin as the report shows it. */
  show(text: string): string {
    return this.glyphs.show(text).replaceAll(LONG_WORD, '$&\u200b');
  }

  /** How many rows of so many columns may still be shown. */
  takeRows(rows: number, columns: number): number {
    const taken = Math.min(rows, Math.floor(this.#cellsLeft / columns));
    this.#cellsLeft -= taken * columns;
    return taken;
  }
}
