/** Size of a line of text in cells of a font whose characters are all as wide: East Asian ones and emoji take two. */
export function cellsOf(text: string): number {
  let cells = 0;
  for (const character of text) cells += isMark(character) ? 0 : isWide(character) ? 2 : 1;
  return cells;
}

const MARK = /^[\p{Mn}\p{Me}\u200d\ufe0f]$/u;
const WIDE =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]$|^\p{Extended_Pictographic}$|^[\u{20000}-\u{3fffd}]$/u;

const isMark = (character: string) => MARK.test(character);
const isWide = (character: string) => WIDE.test(character);

/** Text of at most so many cells, cut with an ellipsis. */
export function clipToCells(text: string, cells: number): string {
  if (text.length <= cells && cellsOf(text) <= cells) return text;
  let clipped = '';
  let left = cells - 1;
  for (const character of text) {
    left -= cellsOf(character);
    if (left < 0) return `${clipped}…`;
    clipped += character;
  }
  return clipped;
}

/** Text in lines of at most so many cells, broken where it can be; the last line is cut. */
export function wrapToCells(text: string, cells: number, mostLines: number): string[] {
  const lines: string[] = [];
  let rest = text.slice(0, cells * mostLines * 2).trim();
  while (lines.length < mostLines - 1 && cellsOf(rest) > cells) {
    const end = endOfLine(rest, cells);
    lines.push(rest.slice(0, end).trimEnd());
    rest = rest.slice(end).trimStart();
  }
  return [...lines, clipToCells(rest, cells)];
}

/** Where a line of a text ends: at a space, else behind a mark that joins words, else where it is full. */
function endOfLine(text: string, cells: number): number {
  let full = 0;
  let left = cells;
  for (const character of text) {
    left -= cellsOf(character);
    if (left < 0) break;
    full += character.length;
  }
  const head = text.slice(0, full);
  const space = text[full] === ' ' ? full : head.lastIndexOf(' ');
  const ends = [space, ...joints.map((marks) => Math.max(...Array.from(marks, (mark) => head.lastIndexOf(mark))) + 1)];
  return ends.find((end) => end > full / 2) ?? full;
}

/** Marks that join words, the better ones to break at first. */
const joints = ['./)]},:-', '_'];
