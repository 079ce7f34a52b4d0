import type { Decimal } from './decimals.ts';

/** Prices of a million tokens that are read and that are written. */
export interface TokenPrices {
  readonly input: Decimal;
  readonly output: Decimal;
}

const PRICED_TOKENS = 1_000_000;

/** What tokens cost. */
export function priceTokens(
  { promptTokens, completionTokens }: { readonly promptTokens: number; readonly completionTokens: number },
  { input, output }: TokenPrices,
): Decimal {
  return input.times(promptTokens).plus(output.times(completionTokens)).div(PRICED_TOKENS);
}
