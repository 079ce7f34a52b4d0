/** A place in a text. Both count from 1; columns count UTF-16 code units, as editors do. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Tells the position of an offset (in UTF-16 code units); offsets outside the text are moved to its ends. */
export type LineIndex = (offset: number) => Position;

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;

/** Finds the lines of a text, which end with LF, CRLF or CR as in YAML; each look-up is a binary search. */
export function indexLines(text: string): LineIndex {
  let starts: readonly number[] | undefined;
  return (offset) => {
    starts ??= lineStarts(text);
    const clamped = Math.max(0, Math.min(offset, text.length));
    const line = lastAtMost(starts, clamped);
    return { line: line + 1, column: clamped - (starts[line] ?? 0) + 1 };
  };
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    const ends = code === LINE_FEED || (code === CARRIAGE_RETURN && text.charCodeAt(index + 1) !== LINE_FEED);
    if (ends) starts.push(index + 1);
  }
  return starts;
}

/** Index of the last number that is at most `wanted`, in a rising list that begins with 0. */
function lastAtMost(rising: readonly number[], wanted: number): number {
  let low = 0;
  let high = rising.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((rising[middle] ?? 0) <= wanted) low = middle;
    else high = middle - 1;
  }
  return low;
}
