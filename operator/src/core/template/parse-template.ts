import { quote } from '../quote.ts';
import { expected, type PathProblem, scanPath } from './parse-path.ts';
import type { Reference } from './reference.ts';
import type { ResolutionProblem } from './scope.ts';

/** A piece of a template: text as it is, or a reference. `start` and `end` are offsets of the braces. */
export type TemplatePart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'reference'; readonly reference: Reference; readonly start: number; readonly end: number };

/** What is wrong with a template. */
export interface TemplateProblem {
  readonly problem: ResolutionProblem & {
    /** Where in the text it becomes wrong. */
    readonly offset: number;
  };
}

/** The parts of a template, or what is wrong with it. */
export type ParsedTemplate = { readonly parts: readonly TemplatePart[] } | TemplateProblem;

/** Characters that a text with references may have. */
const LONGEST_TEMPLATE = 1024 * 1024;

/** Characters of a malformed reference that a message shows. */
const LONGEST_EXCERPT = 40;

const OPENING = '{{';
const CLOSING = '}}';

/** Whether a text has references; one without is what it is, however long. */
export function isTemplate(text: string): boolean {
  return text.includes(OPENING);
}

/**
 * Splits a text at its references, `{{step.field}}`. What begins with `{{` and is no reference is a problem, not text;
 * `}}` alone is text. Takes time in proportion to the text, since the first problem ends it.
 */
export function parseTemplate(text: string): ParsedTemplate {
  if (text.length > LONGEST_TEMPLATE && isTemplate(text)) return tooLong(text.length);
  const parts: TemplatePart[] = [];
  let after = 0;
  for (let start = text.indexOf(OPENING); start !== -1; start = text.indexOf(OPENING, after)) {
    const scanned = scanReference(text, start);
    if ('problem' in scanned) return scanned;
    if (start > after) parts.push({ kind: 'text', text: text.slice(after, start) });
    parts.push({ kind: 'reference', start, ...scanned });
    after = scanned.end;
  }
  if (after < text.length) parts.push({ kind: 'text', text: text.slice(after) });
  return { parts };
}

/** A reference with its braces and the space inside them, which begins at an offset; `end` is after the braces. */
export function scanReference(
  text: string,
  start: number,
): { readonly reference: Reference; readonly end: number } | TemplateProblem {
  const scanned = scanPath(text, skipSpace(text, start + OPENING.length));
  if ('problem' in scanned) return malformed(scanned, text, start);
  const closing = skipSpace(text, scanned.end);
  if (text.startsWith(CLOSING, closing)) return { reference: scanned.reference, end: closing + CLOSING.length };
  return malformed(expected('}}', text, closing), text, start);
}

function skipSpace(text: string, offset: number): number {
  const space = /\s*/y;
  space.lastIndex = offset;
  return offset + (space.exec(text)?.[0].length ?? 0);
}

/** The problem, with the beginning of what was to be a reference. */
function malformed({ problem, offset }: PathProblem, text: string, start: number): TemplateProblem {
  const message = `${problem.message}: ${quote(text.slice(start, start + LONGEST_EXCERPT))}`;
  return { problem: { ...problem, message, offset } };
}

function tooLong(length: number): TemplateProblem {
  const message = `a text with references may have ${LONGEST_TEMPLATE} characters, this one has ${length}`;
  return { problem: { code: 'ValueTooLarge', message, offset: LONGEST_TEMPLATE } };
}
