import type { JsonValue } from '../../api/json.ts';

const literal = /"(?:[^"\\]|\\[^])*"/g;
const control = /[\u0000-\u001F]/g;

/**
 * JSON as a model wrote it, as JSON that everybody reads: control characters that stand in texts as they are become escapes.
 * RFC 8259, section 7, forbids them, and the grammars that model servers hold models to let them through.
 * @throws SyntaxError for what is no JSON all the same
 */
export function readWrittenJson(text: string): { readonly json: string; readonly value: JsonValue } {
  try {
    return { json: text, value: JSON.parse(text) as JsonValue };
  } catch {
    const json = text.replaceAll(literal, (written) => written.replaceAll(control, escape));
    return { json, value: JSON.parse(json) as JsonValue };
  }
}

const escape = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
