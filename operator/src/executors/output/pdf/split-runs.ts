import type { Run } from './inline-runs.ts';

/** Laying a paragraph out takes more than twice as long for twice as much text. */
const LONGEST = 10_000;

/** The text of a paragraph as several, where it is longer than any that people write. */
export function splitRuns(runs: readonly Run[]): Run[][] {
  const paragraphs: Run[][] = [[]];
  let left = LONGEST;
  for (const piece of runs.flatMap(splitRun)) {
    if (piece.text.length > left) {
      paragraphs.push([]);
      left = LONGEST;
    }
    paragraphs.at(-1)?.push(piece);
    left -= piece.text.length;
  }
  return paragraphs;
}

/** Pieces end behind a space or a place where words are broken. */
const PIECE = new RegExp(`[^]{1,${LONGEST - 100}}(?:[ \\n\\u200b]|$)|[^]{1,${LONGEST}}`, 'gu');

function splitRun(run: Run): Run[] {
  if (run.text.length <= LONGEST) return [run];
  return Array.from(run.text.matchAll(PIECE), ([text]) => ({ ...run, text }));
}
