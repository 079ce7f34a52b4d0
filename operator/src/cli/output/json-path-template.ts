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
  // As kubectl does: what has no braces is a path by itself.
  const builder = new TemplateBuilder();
  for (const token of tokensOf(text.includes('{') ? text : `{${text}}`)) builder.add(token);
  return builder.finish();
}

/** A template while it grows: what is being written, and the ranges around it. */
class TemplateBuilder {
  readonly #around: { readonly range: readonly PathStep[]; readonly outer: Part[] }[] = [];
  #parts: Part[] = [];

  add(token: Token): void {
    if ('text' in token) this.#parts.push(token);
    else if (token.braces === 'end') this.#end();
    else if (token.braces.startsWith('range ')) {
      this.#around.push({ range: parsePath(token.braces.slice('range '.length).trim()), outer: this.#parts });
      this.#parts = [];
    } else this.#parts.push(partOf(token.braces));
  }

  finish(): JsonPathTemplate {
    if (this.#around.length > 0) throw new JsonPathError('a {range} has no {end}');
    return this.#parts;
  }

  #end(): void {
    const ended = this.#around.pop();
    if (ended === undefined) throw new JsonPathError('{end} stands without a {range}');
    ended.outer.push({ range: ended.range, parts: this.#parts });
    this.#parts = ended.outer;
  }
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
