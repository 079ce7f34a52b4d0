import type { JsonObject, JsonValue } from '../../api/json.ts';
import { quote } from '../quote.ts';
import { isList, isScalar } from './plain-text.ts';

const MOST_NAMES = 10;

/** The inputs by name and type, for messages: `"a" (list), "b" (text)`. */
export function describeInputs(inputs: JsonObject): string {
  const names = Object.entries(inputs).map(([name, value]) => `${quote(name)} (${typeOf(value)})`);
  if (names.length === 0) return 'no inputs';
  const shown = names.slice(0, MOST_NAMES).join(', ');
  return names.length > MOST_NAMES ? `${shown} and ${names.length - MOST_NAMES} more` : shown;
}

function typeOf(value: JsonValue): string {
  if (isList(value)) return 'list';
  if (!isScalar(value)) return 'object';
  if (value === null) return 'null';
  return typeof value === 'string' ? 'text' : typeof value;
}
