import { evaluatePath, JsonPathError, parsePath, type PathStep } from './json-path.ts';

export { JsonPathError };

/** A part of a template: text, the values of a path, or what is written for each value of one. */
type Part =
  | { readonly text: string }
  | { readonly path: readonly PathStep[] }
  | { readonly range: readonly PathStep[]; readonly parts: readonly Part[] };

/** A template as `kubectl get -o jsonpath=…` takes it. */
export type JsonPathTemplate = readonly Part[];

/** Braces that are not closed, or end what has not begun. */
const bracesAt = /\{((?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^}"'])*)\}/g;

/** Reads a template: paths in braces, `{range …}` to `{end}`, texts in quotes. @throws JsonPathError */
export function parseTemplate(text: string): JsonPathTemplate {
  const open: { readonly range: readonly PathStep[]; readonly parts: Part[] }[] = [{ range: [], parts: [] }];
  // As kubectl does: what has no braces is a path by itself.
  const source = text.includes('{') ? text : `{${text}}`;
  for (const token of tokensOf(source)) {
    const inner = open.at(-1);
    if ('text' in token) inner?.parts.push(token);
    else if (token.braces === 'end') {
      if (inner === undefined || open.length === 1) throw new JsonPathError('{end} stands without a {range}');
      open.pop();
      open.at(-1)?.parts.push({ range: inner.range, parts: inner.parts });
    } else if (token.braces.startsWith('range '))
      open.push({ range: parsePath(token.braces.slice(6).trim()), parts: [] });
    else inner?.parts.push(partOf(token.braces));
  }
  const [outermost, unclosed] = open;
  if (outermost === undefined || unclosed !== undefined) throw new JsonPathError('a {range} has no {end}');
  return outermost.parts;
}

type Token = { readonly text: string } | { readonly braces: string };

function* tokensOf(source: string): Generator<Token> {
  let from = 0;
  for (const match of source.matchAll(bracesAt)) {
    yield* textBetween(source, from, match.index);
    yield { braces: (match[1] ?? '').trim() };
    from = match.index + match[0].length;
  }
  yield* textBetween(source, from, source.length);
}

function* textBetween(source: string, from: number, to: number): Generator<Token> {
  const text = source.slice(from, to);
  if (/[{}]/.test(text)) throw new JsonPathError(`a brace is not closed at '${text}'`);
  if (text !== '') yield { text };
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };

function partOf(braces: string): Part {
  const quoted = /^(["'])(.*)\1$/s.exec(braces)?.[2];
  if (quoted === undefined) return { path: parsePath(braces) };
  return { text: quoted.replaceAll(/\\(.)/gs, (_, character: string) => escapes[character] ?? character) };
}

/** What a template makes of a value: several values of one path stand side by side, with blanks between them. */
export function evaluateTemplate(template: JsonPathTemplate, value: unknown): string {
  return template
    .map((part) => {
      if ('text' in part) return part.text;
      if ('path' in part) return evaluatePath(part.path, value).map(textOf).join(' ');
      return evaluatePath(part.range, value)
        .map((each) => evaluateTemplate(part.parts, each))
        .join('');
    })
    .join('');
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
