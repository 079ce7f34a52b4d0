import type { JsonObject, JsonValue } from '../../api/json.ts';
import { isJsonList, isJsonObject } from './keyword-shapes.ts';

/** A keyword's argument that is a list; empty when it is something else, or left out. */
export function listOf(argument: JsonValue | undefined): readonly JsonValue[] {
  return isJsonList(argument) ? argument : [];
}

/** The texts in a keyword's argument; none when it is no list. */
export function textsOf(argument: JsonValue | undefined): readonly string[] {
  return listOf(argument).filter((value) => typeof value === 'string');
}

/** A keyword's argument that is an object; empty when it is something else, or left out. */
export function mapOf(argument: JsonValue | undefined): JsonObject {
  return isJsonObject(argument) ? argument : {};
}

/** A value under a key that a user chose; undefined when there is none of its own. */
export function ownValue(object: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}
