import type { JsonObject } from '../../../api/json.ts';
import { isJsonList, isJsonObject, typeWords } from '../../json-schema/keyword-shapes.ts';

/** What a schema asks for, in a few words: `a list of text`, `an object`. */
export function describeSchema(schema: JsonObject): string {
  const { type, items } = schema;
  const types = (isJsonList(type) ? type : [type]).filter((each) => typeof each === 'string');
  if (types.length === 0) return 'of another form';
  const words = types.map((each) => typeWords.get(each) ?? each).join(' or ');
  const inner = types.length === 1 && types[0] === 'array' && isJsonObject(items) ? items['type'] : undefined;
  return typeof inner === 'string' ? `${words} of ${plural(inner)}` : words;
}

const plurals = new Map([
  ['string', 'texts'],
  ['number', 'numbers'],
  ['integer', 'whole numbers'],
  ['boolean', 'true or false'],
  ['array', 'lists'],
  ['object', 'objects'],
]);

const plural = (type: string) => plurals.get(type) ?? type;
