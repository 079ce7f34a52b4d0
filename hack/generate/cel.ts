const reserved: ReadonlySet<string> = new Set([
  ...['true', 'false', 'null', 'in', 'as', 'break', 'const', 'continue', 'else', 'for', 'function', 'if'],
  ...['import', 'let', 'loop', 'package', 'namespace', 'return', 'var', 'void', 'while'],
]);

/** A field of `self` as the API server's CEL wants it: reserved words and characters of no identifier are escaped. */
export function fieldOf(name: string): string {
  if (reserved.has(name)) return `self.__${name}__`;
  const escaped = name.replaceAll('__', '__underscores__').replaceAll('.', '__dot__').replaceAll('-', '__dash__');
  return `self.${escaped.replaceAll('/', '__slash__')}`;
}

/** The expression that `value` is one of these texts. */
export function isOneOf(value: string, texts: readonly string[]): string {
  const [first = "''", ...others] = texts.map(quoted);
  return others.length === 0 ? `${value} == ${first}` : `${value} in [${[first, ...others].join(', ')}]`;
}

/** The expression that `value` is none of these texts. */
export function isNoneOf(value: string, texts: readonly string[]): string {
  const [first = "''", ...others] = texts.map(quoted);
  return others.length === 0 ? `${value} != ${first}` : `!(${isOneOf(value, texts)})`;
}

/** The text that `table` has for `value`. */
export const lookUp = (table: Readonly<Record<string, string>>, value: string): string =>
  `{${Object.entries(table)
    .map(([key, text]) => `${quoted(key)}: ${quoted(text)}`)
    .join(', ')}}[${value}]`;

const quoted = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

/** Words as a sentence lists them: "a, b or c". */
export function listed(words: readonly string[], conjunction: 'and' | 'or'): string {
  const last = words.at(-1) ?? '';
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} ${conjunction} ${last}`;
}

/** A noun with its indefinite article. */
export const one = (noun: string): string => `${/^[aeio]/.test(noun) ? 'an' : 'a'} ${noun}`;
