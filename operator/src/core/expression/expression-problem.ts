import type { ResolutionProblem } from '../template/scope.ts';

/** Characters of a line that a message shows. */
const WIDEST_LINE = 100;

/**
 * A problem of an expression with the line that it is in and a caret below the place, as the CEL library shows its own:
 *
 *     >    1 | {{a.b}} > 'x'
 *              ^
 */
export function atOffset(problem: ResolutionProblem, text: string, offset: number): ResolutionProblem {
  return { ...problem, message: `${problem.message}\n\n${showLine(text, Math.min(offset, text.length))}` };
}

function showLine(text: string, offset: number): string {
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  const nextLine = text.indexOf('\n', offset);
  const line = text.slice(lineStart, nextLine === -1 ? text.length : nextLine);
  const number = text.slice(0, lineStart).split('\n').length;
  const { shown, column } = clipLine(line, offset - lineStart);
  return `> ${String(number).padStart(4)} | ${shown.replaceAll(/\s/g, ' ')}\n${' '.repeat(9 + column)}^`;
}

/** The part of a long line around a column. */
function clipLine(line: string, column: number): { readonly shown: string; readonly column: number } {
  if (line.length <= WIDEST_LINE) return { shown: line, column };
  const start = Math.max(0, Math.min(column - WIDEST_LINE / 2, line.length - WIDEST_LINE));
  const before = start > 0 ? '…' : '';
  const after = start + WIDEST_LINE < line.length ? '…' : '';
  const shown = `${before}${line.slice(start, start + WIDEST_LINE)}${after}`;
  return { shown, column: column - start + before.length };
}
