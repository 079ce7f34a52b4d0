import { quote } from '../quote.ts';

/** A token (RFC 9110, section 5.6.2). */
const NAME = /^[!#$%&'*+.^_`|~0-9a-z-]{1,253}$/i;

/** Field values (RFC 9110, section 5.5): no line breaks, no other control characters, one byte a character. */
const FORBIDDEN_CHARACTER = /[^\t\x20-\x7e\x80-\xff]/;

/** Headers that say how a message is framed or routed: they belong to whoever sends it. */
const OWN_HEADERS: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'http2-settings',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Characters that one value may have. */
const LONGEST_VALUE = 8 * 1024;

/** Why a header cannot be sent, in words that never show its value; undefined when it can. */
export function findHeaderProblem(name: string, value: string): string | undefined {
  if (!NAME.test(name)) return `${quote(name)} is not the name of a header`;
  if (OWN_HEADERS.has(name.toLowerCase())) return `the header ${name} is set by the caller itself; leave it out`;
  if (value.length > LONGEST_VALUE) return `the header ${name} has more than ${LONGEST_VALUE} characters`;
  if (!FORBIDDEN_CHARACTER.test(value)) return undefined;
  return `the header ${name} has a line break or another character that headers cannot have`;
}
