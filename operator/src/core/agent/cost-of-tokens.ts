import type { ModelAccess } from '../../api/runner-work.ts';
import type { Usage } from '../../api/usage.ts';
import { Decimal, formatDecimal } from '../estimate/decimals.ts';
import { priceTokens } from '../estimate/price-tokens.ts';

/** What tokens cost by the prices of the Model that was asked; undefined where it has none. */
export function costOfTokens(
  { promptTokens = 0, completionTokens = 0 }: Usage,
  price: ModelAccess['price'],
): string | undefined {
  if (price === undefined) return undefined;
  const { inputPerMillionTokens = '0', outputPerMillionTokens = '0' } = price;
  const prices = { input: new Decimal(inputPerMillionTokens), output: new Decimal(outputPerMillionTokens) };
  return formatDecimal(priceTokens({ promptTokens, completionTokens }, prices));
}
