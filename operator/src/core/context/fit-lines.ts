/** Characters that count as one token. A stated estimate: every model has its own tokens, and plans ask no server. */
export const charactersPerToken = 4;

/** The tokens that a text counts as, rounded up. */
export const tokensOf = (text: string): number => Math.ceil(text.length / charactersPerToken);

/** Characters below which the beginning of a line says nothing. */
const shortestPart = 40;
const cutMark = ' … [cut]';

/** What of some lines fits, and of how many of them. */
export interface FittedLines {
  readonly text: string;
  /** How many of the lines, from the first on, stand in the text, whole or in part. */
  readonly kept: number;
}

/** As many of the lines as fit into some characters, the first ones first, and a note of how many do not. */
export function fitLines(lines: readonly string[], mostCharacters: number): FittedLines {
  const whole = lines.join('\n');
  if (whole.length <= mostCharacters) return { text: whole, kept: lines.length };
  const forNote = lines.length === 1 ? 0 : leftOutNote(lines.length).length;
  const kept: string[] = [];
  let left = mostCharacters - forNote;
  for (const [index, line] of lines.entries()) {
    // One record may not crowd out all that follow: it has half of what is left.
    const most = index === lines.length - 1 ? left : Math.floor(left / 2);
    const part = partOfLine(line, most - 1);
    if (part === undefined) break;
    kept.push(part);
    left -= part.length + 1;
  }
  const missing = lines.length - kept.length;
  const text = [...kept, ...(missing === 0 ? [] : [leftOutNote(missing)])].join('\n');
  return text.length <= mostCharacters ? { text, kept: kept.length } : { text: '', kept: 0 };
}

/** What stands at the end where some do not fit. */
export const leftOutNote = (missing: number): string => `${missing} more that are older or less related are left out.`;

/** The number in such a note; 0 for any other line. */
export function missingOf(line: string): number {
  const missing = Number(/^\d+/.exec(line)?.[0] ?? 0);
  return line === leftOutNote(missing) ? missing : 0;
}

/** A line, or as much of its beginning as fits and says something; undefined where nothing does. */
export function partOfLine(line: string, most: number): string | undefined {
  if (line.length <= most) return line;
  if (most < shortestPart) return undefined;
  // A pair that is cut in two is no character.
  const beginning = line.slice(0, most - cutMark.length).replace(/[\uD800-\uDBFF]$/, '');
  return beginning + cutMark;
}
