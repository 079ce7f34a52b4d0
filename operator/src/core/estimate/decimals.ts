import Big from 'big.js';

/** Exact decimal numbers: money never goes through binary floating point. Divisions round up, to twenty places. */
export const Decimal = Big();
Decimal.DP = 20;
Decimal.RM = Decimal.roundUp;
export type Decimal = Big;

/** Characters of a decimal number as text, as the API bounds them, and places behind its point. */
const MOST_CHARACTERS = 32;
const MOST_PLACES = 12;

/** A decimal number as the API has it. What is too long is rounded up; what is too large is the largest that fits. */
export function formatDecimal(value: Decimal): string {
  const text = value.round(MOST_PLACES, Decimal.roundUp).toFixed();
  if (text.length <= MOST_CHARACTERS) return text;
  const whole = value.round(0, Decimal.roundUp).toFixed();
  return whole.length <= MOST_CHARACTERS ? whole : '9'.repeat(MOST_CHARACTERS);
}

/** The sum of two decimal numbers as text. */
export function addDecimals(one: string, other: string): string {
  return formatDecimal(new Decimal(one).plus(other));
}

/** -1 when the first decimal number is the smaller one, 1 when it is the larger one, 0 when they are equal. */
export function compareDecimals(one: string, other: string): -1 | 0 | 1 {
  return new Decimal(one).cmp(other);
}
