import type { JsonValue } from '../../api/json.ts';

/** Controls but tab and line feed, marks that turn the direction of text around, and what XML does not allow. */
const UNSEEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufffe\uffff]/g;

/** Text of unknown origin with one kind of line end and nothing in it that would change how the rest is seen. */
export function plainText(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/\r\n?|[\u2028\u2029]/g, '\n')
    .replaceAll(UNSEEN, '\ufffd');
}

/** The same on one line. */
export function plainLine(text: string): string {
  return plainText(text).replaceAll(/\s+/g, ' ').trim();
}

/** A value as text: nothing for null, texts as they are, lists and objects as JSON. */
export function textOf(value: JsonValue): string {
  if (value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** A name of code in words for people: `open_findings` is `Open findings`. */
export function wordsOf(name: string): string {
  const words = plainLine(name.replaceAll(/[_-]+/g, ' '));
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Whether a value is neither a list nor an object. */
export function isScalar(value: JsonValue): value is string | number | boolean | null {
  return typeof value !== 'object' || value === null;
}

/** Whether a value is a list. */
export function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** Whether a value is an object. */
export function isObject(value: JsonValue): value is Readonly<Record<string, JsonValue>> {
  return !isScalar(value) && !isList(value);
}
