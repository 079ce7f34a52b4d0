import type { JsonObject } from '../../../api/json.ts';
import { isJsonList } from '../../json-schema/keyword-shapes.ts';

/** Temporary. */
export function isAssignable(from: JsonObject, to: JsonObject): boolean {
  const types = (schema: JsonObject) => {
    const { type } = schema;
    if ('const' in schema) return [Array.isArray(schema['const']) ? 'array' : typeof schema['const']];
    return type === undefined ? undefined : isJsonList(type) ? type : [type];
  };
  const a = types(from);
  const b = types(to);
  if (a === undefined || b === undefined) return true;
  return a.some((each) => b.includes(each) || (each === 'integer' && b.includes('number')));
}
