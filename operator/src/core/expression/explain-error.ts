import type { SourceRange } from '@marcbachmann/cel-js';
import type { ResolutionProblem } from '../template/scope.ts';
import { quote } from '../quote.ts';
import { nearestName } from '../validation/nearest-name.ts';
import { functionNames } from './cel-library.ts';

/** A problem and the offset that it is at. */
export interface OffsetProblem {
  readonly problem: ResolutionProblem;
  readonly offset: number;
}

/** What the CEL library throws. */
export interface LibraryError {
  readonly code: string;
  readonly summary: string;
  readonly range?: SourceRange | undefined;
}

/** What the CEL library says of an expression that it cannot read, in words that need no knowledge of its parser. */
export function explainSyntaxError({ code, summary, range }: LibraryError, text: string): OffsetProblem {
  const { start, end } = range ?? { start: 0, end: 0 };
  const found = text.slice(start, end);
  const message = code === 'unexpected_character' ? `unexpected ${quote(found)}` : inUsersWords(summary);
  const hint = otherSpellings.get(found) ?? syntaxHints.get(code) ?? generalHint;
  return { problem: { code: 'InvalidExpression', message, hint }, offset: start };
}

/** What the CEL library says of an expression whose types do not fit. */
export function explainTypeError(error: LibraryError): OffsetProblem {
  const offset = error.range?.start ?? 0;
  const unknown = unknownFunction(error);
  if (unknown !== undefined) return { problem: unknown, offset };
  const hint = typeHints.get(error.code);
  const message = error.summary.replaceAll(/\bobject_\d+\b/g, 'object');
  return { problem: { code: 'ExpressionType', message, ...(hint === undefined ? {} : { hint }) }, offset };
}

/** The library says of a function that does not exist only that nothing matches. */
function unknownFunction(error: LibraryError): ResolutionProblem | undefined {
  if (error.code !== 'no_matching_overload') return undefined;
  const name = /(\w+)\([^(]*\)'$/.exec(error.summary)?.[1];
  if (name === undefined || functionNames.has(name)) return undefined;
  const nearest = nearestName(name, [...functionNames]);
  const hint = nearest === undefined ? generalHint : `did you mean ${nearest}?`;
  return { code: 'InvalidExpression', message: `there is no function '${name}'`, hint };
}

const generalHint = 'expressions are CEL: {{step.count}} > 3 && {{step.name}} == "x"';

const inUsersWords = (summary: string) =>
  summary
    .replaceAll(/\b[A-Z]{2,}\b/g, (token) => tokens.get(token) ?? token)
    .replace(/^Exceeded (\w+) \((\d+)\)$/, (_, limit: string, most: string) => {
      return `the expression has more than ${most} ${limits.get(limit) ?? limit}`;
    });

/** What the parser's limits count. */
const limits = new Map([
  ['maxDepth', 'levels of brackets, calls and fields'],
  ['maxAstNodes', 'parts'],
  ['maxListElements', 'items in a list'],
  ['maxMapEntries', 'entries in a map'],
  ['maxCallArguments', 'arguments of a call'],
]);

/** What other languages have for CEL's operators. */
const otherSpellings = new Map([
  ['=', 'compare with =='],
  ['and', 'write && for and'],
  ['or', 'write || for or'],
  ['not', 'write ! for not'],
  ['is', 'compare with =='],
  ['&', 'write && for and'],
  ['|', 'write || for or'],
]);

const syntaxHints = new Map([
  ['unterminated_string', 'close the text with the quote that it begins with'],
  ['limit_exceeded', 'split the expression, or let a step compute a part of it'],
  ['invalid_macro_argument', 'the first argument names each item: {{step.list}}.all(item, item > 3)'],
  ['invalid_escape_sequence', "write \\\\ for a backslash, or put r before the text: r'\\d+'"],
]);

const typeHints = new Map([
  ['invalid_macro_argument', 'has takes a field after its braces or name: has({{step.profile}}.email)'],
  ['incompatible_ternary_branches', 'make both the same type, or put dyn(…) around one'],
]);

/** The parser's names of what it expects and finds. */
const tokens = new Map([
  ['EOF', 'the end'],
  ['NUMBER', 'a number'],
  ['STRING', 'a text'],
  ['BYTES', 'bytes'],
  ['BOOLEAN', 'true or false'],
  ['NULL', 'null'],
  ['IDENTIFIER', 'a name'],
  ['PLUS', '+'],
  ['MINUS', '-'],
  ['MULTIPLY', '*'],
  ['DIVIDE', '/'],
  ['MODULO', '%'],
  ['EQ', '=='],
  ['NE', '!='],
  ['LT', '<'],
  ['LE', '<='],
  ['GT', '>'],
  ['GE', '>='],
  ['AND', '&&'],
  ['OR', '||'],
  ['NOT', '!'],
  ['IN', 'in'],
  ['LPAREN', '('],
  ['RPAREN', ')'],
  ['LBRACKET', '['],
  ['RBRACKET', ']'],
  ['LBRACE', '{'],
  ['RBRACE', '}'],
  ['DOT', '.'],
  ['COMMA', ','],
  ['COLON', ':'],
  ['QUESTION', '?'],
]);
