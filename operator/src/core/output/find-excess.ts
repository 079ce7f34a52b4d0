import type { JsonObject, JsonValue } from '../../api/json.ts';
import type { Issue } from '../issue.ts';
import { isScalar } from './plain-text.ts';

/** Bounds of the inputs of one output: characters of texts and keys, and levels of lists and objects. */
export const inputLimits = { characters: 20 * 1024 * 1024, depth: 100 } as const;

/** What makes inputs too large to be rendered. A loop, not recursion: they may be nested deeper than is allowed. */
export function findExcess(inputs: JsonObject): Issue | undefined {
  const pending: { readonly value: JsonValue; readonly depth: number }[] = [{ value: inputs, depth: 1 }];
  let characters = 0;
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { value, depth } = next;
    characters += typeof value === 'string' ? value.length : 1;
    if (characters > inputLimits.characters) return excess(`more than ${inputLimits.characters} characters`);
    if (isScalar(value)) continue;
    if (depth > inputLimits.depth) return excess(`more than ${inputLimits.depth} levels of lists and objects`);
    for (const [key, inner] of Object.entries<JsonValue>(value)) {
      if (!Array.isArray(value)) characters += key.length;
      pending.push({ value: inner, depth: depth + 1 });
    }
  }
  return undefined;
}

function excess(what: string): Issue {
  const message = `the inputs of the output have ${what}`;
  return { code: 'TooLarge', path: ['inputs'], message, hint: 'give only what the document shows' };
}
