import type { Issue } from '../issue.ts';
import { indexLines, type Position } from './line-index.ts';

/** The text of a file, or why its bytes are no text. */
export type DecodedText = { readonly text: string } | { readonly issue: Issue; readonly position: Position };

const saveAsUtf8 = 'save the file as UTF-8 text';

/** Reads bytes as UTF-8, a byte order mark taken away. Anything else is told apart: UTF-16, binary, broken UTF-8. */
export function decodeText(bytes: Uint8Array): DecodedText {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff))
    return refuse('InvalidEncoding', 'the file is UTF-16 text, not UTF-8');
  const nul = bytes.indexOf(0);
  if (nul !== -1) return refuse('BinaryFile', 'the file is binary: it contains a NUL byte', positionOfByte(bytes, nul));
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    return refuse('InvalidEncoding', 'the file is not valid UTF-8', positionOfByte(bytes, firstInvalidByte(bytes)));
  }
}

function refuse(code: string, message: string, position: Position = { line: 1, column: 1 }): DecodedText {
  return { issue: { code, path: [], message, hint: saveAsUtf8 }, position };
}

function positionOfByte(bytes: Uint8Array, index: number): Position {
  // A character that is cut off here is not counted: it is the broken one.
  const before = new TextDecoder('utf-8').decode(bytes.subarray(0, index), { stream: true });
  return indexLines(before)(before.length);
}

/** The decoder does not say where it failed, so the broken place is found by halving: a longer prefix is broken too. */
function firstInvalidByte(bytes: Uint8Array): number {
  let valid = 0;
  let invalid = bytes.length;
  while (invalid - valid > 1) {
    const middle = Math.floor((valid + invalid) / 2);
    if (isValidPrefix(bytes.subarray(0, middle))) valid = middle;
    else invalid = middle;
  }
  return valid;
}

/** A prefix may end within a character: `stream` keeps such an end for later instead of calling it broken. */
function isValidPrefix(prefix: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(prefix, { stream: true });
    return true;
  } catch {
    return false;
  }
}
