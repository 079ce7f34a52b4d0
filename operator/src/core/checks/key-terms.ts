import type { JsonValue } from '../../api/json.ts';

/** Different terms that are told apart; a value with more is known by the first. */
const MOST_TERMS = 20_000;
/** Characters that are read of one value. */
const MOST_CHARACTERS = 5_000_000;
const SHORTEST_TERM = 2;

/** A run of letters, digits and the marks that belong to them, in any script. */
const word = /[\p{L}\p{N}][\p{L}\p{N}\p{M}]*/gu;

/**
 * The words of all texts in a value, at any depth: letters and digits of any script, in lower case, of at least two
 * characters, each once. Names of fields are none. Takes time in proportion to the value, up to a bound.
 */
export function keyTermsOf(value: JsonValue): ReadonlySet<string> {
  return collect(value, (leaf) => (typeof leaf === 'string' ? leaf : ''));
}

/** The same, with the digits of numbers: where a term may be found. */
export function termsOf(value: JsonValue): ReadonlySet<string> {
  return collect(value, String);
}

function collect(value: JsonValue, textOf: (leaf: string | number) => string): ReadonlySet<string> {
  const terms = new Set<string>();
  const pending = [value];
  let left = MOST_CHARACTERS;
  for (let part = pending.pop(); part !== undefined && left > 0; part = pending.pop()) {
    if (typeof part === 'object' && part !== null) for (const inner of Object.values(part)) pending.push(inner);
    if (typeof part !== 'string' && typeof part !== 'number') continue;
    const text = textOf(part).slice(0, left);
    left -= text.length;
    addTerms(text, terms);
  }
  return terms;
}

function addTerms(text: string, terms: Set<string>): void {
  for (const [term] of text.normalize('NFKC').toLowerCase().matchAll(word)) {
    if (terms.size >= MOST_TERMS) return;
    if (term.length >= SHORTEST_TERM) terms.add(term);
  }
}
