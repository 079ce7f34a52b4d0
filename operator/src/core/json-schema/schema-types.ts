import { isJsonList } from './keyword-shapes.ts';
import { typeOf } from './keywords-any.ts';
import type { Conjunction } from './take-apart.ts';
import type { JsonObject } from '../../api/json.ts';

/** JSON types; `number` stands for numbers that are not whole. */
export const allTypes = ['string', 'number', 'integer', 'boolean', 'array', 'object', 'null'] as const;

/** The JSON types that a value of all parts can have; `number` stands for numbers that are not whole. */
export function possibleTypes({ parts, isNever }: Conjunction): ReadonlySet<string> {
  if (isNever) return new Set();
  return new Set(allTypes.filter((type) => parts.every((part) => allows(part, type))));
}

function allows(part: JsonObject, type: string): boolean {
  return allowsByType(part, type) && allowsByValue(part, type);
}

function allowsByType({ type: said }: JsonObject, type: string): boolean {
  if (said === undefined) return true;
  const types = isJsonList(said) ? said : [said];
  return types.includes(type) || (type === 'integer' && types.includes('number'));
}

function allowsByValue(part: JsonObject, type: string): boolean {
  if (part['const'] !== undefined) return typeOf(part['const']) === type;
  return !isJsonList(part['enum']) || part['enum'].some((value) => typeOf(value) === type);
}
