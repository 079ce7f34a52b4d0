import Big from 'big.js';

/** Whether a number is a multiple of another as their decimal digits say it: 0.3 is a multiple of 0.1. */
export function isMultipleOf(value: number, divisor: number): boolean {
  if (!Number.isFinite(value)) return false;
  if (Number.isInteger(value) && Number.isInteger(divisor)) return value % divisor === 0;
  return new Big(value).mod(divisor).eq(0);
}
