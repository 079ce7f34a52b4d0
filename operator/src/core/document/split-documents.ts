/** A piece of a text, by offsets; `end` is exclusive. */
export interface TextSpan {
  readonly start: number;
  readonly end: number;
}

/**
 * Splits a YAML stream at its `---` lines, so that a mistake in one document does not hide the others. Such a line
 * cannot stand inside a value, so nothing is torn. A piece with directives or comments only stays with the next one.
 */
export function splitDocuments(text: string): TextSpan[] {
  const spans: TextSpan[] = [];
  let start = 0;
  let blankUntil = 0;
  for (let marker = findMarker(text, 0); marker !== -1; marker = findMarker(text, marker + 3)) {
    if (isBlank(text, { start: blankUntil, end: marker })) blankUntil = marker;
    else {
      spans.push({ start, end: marker });
      start = blankUntil = marker;
    }
  }
  if (!isBlank(text, { start: blankUntil, end: text.length })) spans.push({ start, end: text.length });
  return spans;
}

/** Offset of the next `---` that stands at the beginning of a line and is followed by space, or -1. */
function findMarker(text: string, from: number): number {
  for (let found = text.indexOf('---', from); found !== -1; found = text.indexOf('---', found + 1)) {
    const before = text[found - 1] ?? '\n';
    const after = text[found + 3] ?? '\n';
    if ('\n\r'.includes(before) && ' \t\n\r'.includes(after)) return found;
  }
  return -1;
}

/** Space, a comment, or at the beginning of a line a directive or a marker. */
const BLANK_TOKEN = /[ \t\r\n]+|#[^\r\n]*|(?<![^\r\n])(?:%[^\r\n]*|---(?![^ \t\r\n]))/y;

/** Whether a piece, which begins a line, holds nothing but markers, directives, comments and space. */
function isBlank(text: string, { start, end }: TextSpan): boolean {
  BLANK_TOKEN.lastIndex = start;
  while (BLANK_TOKEN.lastIndex < end) if (!BLANK_TOKEN.test(text)) return false;
  return true;
}

/**
 * Splits JSON objects that follow each other without anything between them, as kubectl takes them; a single span when
 * there is but one. What follows the last object belongs to the last span.
 */
export function splitJsonObjects(text: string, { start, end }: TextSpan): TextSpan[] {
  const spans: TextSpan[] = [];
  let from = start;
  for (let close = objectEnd(text, from, end); close !== undefined; close = objectEnd(text, from, end)) {
    spans.push({ start: from, end: close });
    from = close;
  }
  const last = spans.at(-1);
  if (last === undefined) return [{ start, end }];
  if (!isBlank(text, { start: from, end })) spans[spans.length - 1] = { start: last.start, end };
  return spans;
}

const OBJECT_START = /[ \t\r\n]*\{/y;

/** Offset behind the object that begins next, or undefined when what comes next is no complete object. */
function objectEnd(text: string, from: number, end: number): number | undefined {
  OBJECT_START.lastIndex = from;
  if (!OBJECT_START.test(text)) return undefined;
  let depth = 1;
  let offset = OBJECT_START.lastIndex;
  while (depth > 0) {
    if (offset >= end) return undefined;
    depth += depthStep(text[offset]);
    offset = text[offset] === '"' ? stringEnd(text, offset) : offset + 1;
  }
  return offset;
}

function depthStep(character: string | undefined): number {
  if (character === '{' || character === '[') return 1;
  return character === '}' || character === ']' ? -1 : 0;
}

/** Offset behind the string that begins here. Not a regular expression: those can take for ever over a missing quote. */
function stringEnd(text: string, from: number): number {
  let offset = from + 1;
  while (offset < text.length && text[offset] !== '"') offset += text[offset] === '\\' ? 2 : 1;
  return offset + 1;
}
