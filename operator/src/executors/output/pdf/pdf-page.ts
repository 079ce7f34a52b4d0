import { OutputRenderError } from '../output-render-error.ts';
import { MissingGlyphs } from './pdf-glyphs.ts';

/** Most cells of tables in one report; what is beyond is counted, not shown. */
export const MOST_CELLS = 10_000;

/** Most characters of one report: some 150 pages, which take several seconds. */
export const MOST_CHARACTERS = 500_000;

/** Longer words get places where they may be broken. */
const LONGEST_WORD = 30;
const LONG_WORD = new RegExp(`\\S{${LONGEST_WORD}}(?=\\S)`, 'gu');

/** What the parts of one report share while it is made. */
export class PdfPage {
  readonly glyphs = new MissingGlyphs();
  #cellsLeft = MOST_CELLS;
  #charactersLeft = MOST_CHARACTERS;

  /** Text of unknown origin as the report shows it. Throws `OutputRenderError` when the report becomes too long. */
  show(text: string): string {
    this.#charactersLeft -= text.length;
    if (this.#charactersLeft < 0) throw tooLong();
    return this.glyphs.show(text).replaceAll(LONG_WORD, '$&\u200b');
  }

  /** How many rows of so many columns may still be shown. */
  takeRows(rows: number, columns: number): number {
    const taken = Math.min(rows, Math.floor(this.#cellsLeft / columns));
    this.#cellsLeft -= taken * columns;
    return taken;
  }
}

function tooLong(): OutputRenderError {
  return new OutputRenderError(
    'OutputTooLarge',
    `the report is too long: a PDF has at most ${MOST_CHARACTERS} characters; give it fewer inputs, or choose the format markdown`,
  );
}
