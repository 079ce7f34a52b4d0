import { visibleText } from './visible-text.ts';

const ESCAPES = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&#39;'],
]);

/** Text of unknown origin for XML: in elements and in attributes it means itself, and nothing else. */
export function xmlText(text: string): string {
  return visibleText(text).replaceAll(/[&<>"']/g, (character) => ESCAPES.get(character) ?? character);
}
