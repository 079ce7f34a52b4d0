import { scanReference } from '../template/parse-template.ts';
import type { Reference } from '../template/reference.ts';
import type { ResolutionProblem } from '../template/scope.ts';

/** A reference of an expression and the offset that it stands at. */
export interface BoundReference {
  readonly reference: Reference;
  readonly offset: number;
}

/** An expression as CEL: each reference became a name of the same length, so that every offset stays what it was. */
export interface BoundText {
  readonly text: string;
  /** By the name that stands for them. */
  readonly references: ReadonlyMap<string, BoundReference>;
}

/** What is wrong with a reference in an expression, and where. */
export interface ReferenceProblem {
  readonly problem: ResolutionProblem;
  readonly offset: number;
}

/**
 * Binds the references of an expression to names. What a reference stands for is never pasted, so no data can become
 * code. Inside a text in quotes a reference is a problem, as it would not be replaced; comments are passed over.
 */
export function bindReferences(text: string): BoundText | ReferenceProblem {
  const references = new Map<string, BoundReference>();
  const pieces: string[] = [];
  let after = 0;
  let names = 0;
  for (const found of findReferences(text)) {
    if ('problem' in found) return found;
    let name = '';
    do name = `_${(names++).toString(36)}`.padEnd(found.end - found.offset, '_');
    while (text.includes(name));
    references.set(name, found);
    pieces.push(text.slice(after, found.offset), name);
    after = found.end;
  }
  return { text: pieces.join('') + text.slice(after), references };
}

/** References outside of texts in quotes and of comments, up to the first problem. */
function* findReferences(text: string): Generator<(BoundReference & { readonly end: number }) | ReferenceProblem> {
  const opening = /'''|"""|['"]|\/\/|\{\{/g;
  for (let found = opening.exec(text); found !== null; found = opening.exec(text)) {
    const offset = found.index;
    if (found[0] === '{{') {
      const reference = referenceAt(text, offset);
      yield reference;
      if ('problem' in reference) return;
      opening.lastIndex = reference.end;
    } else {
      const end = found[0] === '//' ? endOfLine(text, offset) : endOfText(text, offset, found[0]);
      const problem = found[0] === '//' ? undefined : referenceInText(text, offset, end);
      if (problem !== undefined) yield problem;
      opening.lastIndex = end;
    }
  }
}

function referenceAt(text: string, offset: number): (BoundReference & { readonly end: number }) | ReferenceProblem {
  const scanned = scanReference(text, offset);
  if ('problem' in scanned) {
    const { message, offset: where } = scanned.problem;
    return { problem: { code: 'InvalidExpression', message, hint: 'write {{step.field}}' }, offset: where };
  }
  const touches = /\w/.test(text.charAt(offset - 1)) || /\w/.test(text.charAt(scanned.end));
  return touches ? { problem: touchesName, offset } : { ...scanned, offset };
}

const touchesName: ResolutionProblem = {
  code: 'InvalidExpression',
  message: 'a reference cannot touch a name or a number',
  hint: 'put an operator between them, such as +',
};

function endOfLine(text: string, start: number): number {
  const end = text.indexOf('\n', start);
  return end === -1 ? text.length : end;
}

/** A text that is never closed goes on to the end; the parser tells so. */
function endOfText(text: string, start: number, quotes: string): number {
  for (let offset = start + quotes.length; offset < text.length; offset += 1) {
    if (text.charAt(offset) === '\\') offset += 1;
    else if (text.startsWith(quotes, offset)) return offset + quotes.length;
  }
  return text.length;
}

function referenceInText(text: string, start: number, end: number): ReferenceProblem | undefined {
  const quoted = text.slice(0, end);
  for (let offset = quoted.indexOf('{{', start); offset !== -1; offset = quoted.indexOf('{{', offset + 1)) {
    if ('reference' in scanReference(quoted, offset)) return { problem: insideText, offset };
  }
  return undefined;
}

const insideText: ResolutionProblem = {
  code: 'InvalidExpression',
  message: 'a reference inside a text in quotes is not replaced',
  hint: "take it out of the quotes and join texts with +: 'id-' + {{step.id}}",
};
