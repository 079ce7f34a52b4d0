/**
 * A set of whole numbers from 0, written as an Indexed Job writes its completed indexes: `0-41,43`. Where that would be
 * longer than `longest`, as a bit map instead: `bits:` and its base64url.
 */
export type Ranges = string;

const longestText = 8192;
const bitMapPrefix = 'bits:';
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const bitsPerDigit = 6;

/** Most numbers that a set can be written for, whichever they are. */
export const largestRange = (longestText - bitMapPrefix.length) * bitsPerDigit;

/** The numbers of a set. Text that is none, which only a hand-written status could hold, counts as empty. */
export function parseRanges(text: Ranges | undefined): Set<number> {
  const numbers = new Set<number>();
  if (text === undefined || text === '') return numbers;
  if (text.startsWith(bitMapPrefix)) return parseBitMap(text.slice(bitMapPrefix.length));
  // Each number once, and none that no set has: a hand-written status could name millions, a thousand times over.
  let next = 0;
  for (const [from, to] of sortedSpans(text)) {
    for (let number = Math.max(from, next); number <= Math.min(to, largestRange); number += 1) numbers.add(number);
    next = Math.max(next, to + 1);
  }
  return numbers;
}

/** Tells which numbers are in a set, without making the set: it may be large, and is looked at in every plan. */
export function rangesTest(text: Ranges | undefined): (number: number) => boolean {
  if (text === undefined || text === '') return () => false;
  if (text.startsWith(bitMapPrefix)) return bitMapTest(text.slice(bitMapPrefix.length));
  const spans = sortedSpans(text);
  return (number) => {
    // The last span that begins at or before the number.
    let low = 0;
    for (let high = spans.length; low < high;) {
      const middle = (low + high) >> 1;
      if ((spans[middle]?.[0] ?? 0) <= number) low = middle + 1;
      else high = middle;
    }
    return (spans[low - 1]?.[1] ?? -1) >= number;
  };
}

const sortedSpans = (text: Ranges) => [...spansOf(text)].sort(([from], [other]) => from - other);

/** The first and the last number of each span. */
function* spansOf(text: Ranges): Generator<readonly [number, number]> {
  for (const part of text.split(',')) {
    const [, from = '', to = from] = /^(\d{1,7})(?:-(\d{1,7}))?$/.exec(part) ?? [];
    if (from !== '') yield [Number(from), Number(to)];
  }
}

/** Writes a set of numbers. Undefined for none, so that the field can be left out. */
export function formatRanges(numbers: Iterable<number>): Ranges | undefined {
  const sorted = Int32Array.from(new Set(numbers)).sort();
  if (sorted.length === 0) return undefined;
  const parts: string[] = [];
  let from = sorted[0] ?? 0;
  let last = from;
  for (const number of [...sorted.subarray(1), Number.NaN]) {
    if (number === last + 1) last = number;
    else {
      parts.push(from === last ? `${from}` : `${from}-${last}`);
      from = last = number;
    }
  }
  const text = parts.join(',');
  return text.length <= longestText ? text : formatBitMap(sorted);
}

function parseBitMap(digits: string): Set<number> {
  const numbers = new Set<number>();
  for (let position = 0; position < digits.length; position += 1) {
    const bits = alphabet.indexOf(digits.charAt(position));
    for (let bit = 0; bit < bitsPerDigit; bit += 1)
      if (bits > 0 && (bits >> bit) % 2 === 1) numbers.add(position * bitsPerDigit + bit);
  }
  return numbers;
}

function bitMapTest(digits: string): (number: number) => boolean {
  return (number) => {
    const bits = alphabet.indexOf(digits.charAt(Math.floor(number / bitsPerDigit)) || ' ');
    return bits > 0 && (bits >> (number % bitsPerDigit)) % 2 === 1;
  };
}

function formatBitMap(sorted: Int32Array): string {
  const digits = new Uint8Array(Math.floor((sorted.at(-1) ?? 0) / bitsPerDigit) + 1);
  for (const number of sorted) {
    const position = Math.floor(number / bitsPerDigit);
    digits[position] = (digits[position] ?? 0) | (1 << (number % bitsPerDigit));
  }
  return bitMapPrefix + Array.from(digits, (bits) => alphabet.charAt(bits)).join('');
}
