import type { Reference, Segment } from './reference.ts';
import type { ResolutionProblem } from './scope.ts';

/** More segments than this have no use; each is one level of a value. */
const MOST_SEGMENTS = 100;

/** What is wrong with a path, and at which offset of the text. */
export interface PathProblem {
  readonly problem: ResolutionProblem;
  readonly offset: number;
}

/** A path in a text and where it ends, or what is wrong with it. */
export type ScannedPath = { readonly reference: Reference; readonly end: number } | PathProblem;

/** A path that fills the whole text, such as `profile.posts[0].text`, or what is wrong with it. */
export function parsePath(text: string): { readonly reference: Reference } | PathProblem {
  const scanned = scanPath(text, 0);
  if ('problem' in scanned || scanned.end === text.length) return scanned;
  return expected('. or [', text, scanned.end);
}

/** Reads the path that begins at an offset: a name, then `.name`, `[0]` and `[*]`. Takes each character once. */
export function scanPath(text: string, start: number): ScannedPath {
  const root = nameAt(text, start);
  if (root === '') return expected('a name', text, start);
  const segments: Segment[] = [];
  let end = start + root.length;
  for (let opening = text.charAt(end); opening === '.' || opening === '['; opening = text.charAt(end)) {
    const scanned = opening === '.' ? scanField(text, end) : scanBracket(text, end);
    if ('problem' in scanned) return scanned;
    if (segments.push(scanned.segment) > MOST_SEGMENTS) {
      return { problem: invalid(`a path has more than ${MOST_SEGMENTS} segments`), offset: end };
    }
    end = scanned.end;
  }
  return { reference: { root, segments, text: text.slice(start, end) }, end };
}

type ScannedSegment = { readonly segment: Segment; readonly end: number } | PathProblem;

function scanField(text: string, dot: number): ScannedSegment {
  const name = nameAt(text, dot + 1);
  if (name === '') return expected('the name of a field', text, dot + 1);
  return { segment: { kind: 'field', name }, end: dot + 1 + name.length };
}

function scanBracket(text: string, opening: number): ScannedSegment {
  const inside = matchAt(/\*|\d{1,10}/y, text, opening + 1);
  const closing = opening + 1 + inside.length;
  if (inside === '') return expected('a whole number or *', text, opening + 1);
  if (text.charAt(closing) !== ']') return expected(']', text, closing);
  return { segment: inside === '*' ? { kind: 'splat' } : { kind: 'item', index: Number(inside) }, end: closing + 1 };
}

/** Any characters but white space and those that paths are made of. */
const nameAt = (text: string, offset: number) => matchAt(/[^.[\]{}\s]+/y, text, offset);

function matchAt(pattern: RegExp, text: string, offset: number): string {
  pattern.lastIndex = offset;
  return pattern.exec(text)?.[0] ?? '';
}

/** The problem that something else stands at an offset than what had to follow. */
export function expected(what: string, text: string, offset: number): PathProblem {
  const found = offset < text.length ? JSON.stringify(text.charAt(offset)) : 'the end';
  return { problem: invalid(`expected ${what}, found ${found}`), offset };
}

const invalid = (message: string): ResolutionProblem => ({
  code: 'InvalidTemplate',
  message,
  hint: 'write {{step.field}}, with [0] for one item of a list and [*] for all; `value` of an input is never read as a template',
});
