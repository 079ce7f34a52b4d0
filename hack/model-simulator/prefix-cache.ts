import { createHash } from 'node:crypto';

/** Tokens of a block, as vLLM has it by default. */
export const BLOCK_TOKENS = 16;

/** What was found of one prompt, in tokens. */
export interface PrefixLookup {
  readonly queried: number;
  readonly hit: number;
}

/**
 * Remembers the blocks of earlier prompts and says how much of a new one begins like them, as vLLM's prefix cache does:
 * only full blocks count, and the last token is always computed. What was used longest ago goes first.
 */
export class PrefixCache {
  readonly #blocks = new Set<string>();
  readonly #capacity: number;

  constructor(capacityBlocks: number) {
    this.#capacity = capacityBlocks;
  }

  /** Looks a prompt up, then remembers it. Prompts with another salt are others'. */
  lookUp(tokens: readonly number[], salt = ''): PrefixLookup {
    const keys = keysOf(tokens, salt);
    const firstMiss = keys.findIndex((key) => !this.#blocks.has(key));
    const found = firstMiss === -1 ? keys.length : firstMiss;
    const mostHits = Math.floor(Math.max(0, tokens.length - 1) / BLOCK_TOKENS);
    this.#remember(keys);
    return { queried: tokens.length, hit: Math.min(found, mostHits) * BLOCK_TOKENS };
  }

  #remember(keys: readonly string[]): void {
    // The last block first, so that the end of a prompt is forgotten before its beginning.
    for (const key of keys.toReversed()) {
      this.#blocks.delete(key);
      this.#blocks.add(key);
    }
    for (const key of this.#blocks) {
      if (this.#blocks.size <= this.#capacity) break;
      this.#blocks.delete(key);
    }
  }
}

/** A key for each full block, which says all that stands before it too. */
function keysOf(tokens: readonly number[], salt: string): readonly string[] {
  let key = salt;
  return Array.from({ length: Math.floor(tokens.length / BLOCK_TOKENS) }, (_, index) => {
    const block = tokens.slice(index * BLOCK_TOKENS, (index + 1) * BLOCK_TOKENS).join(' ');
    key = createHash('sha256').update(`${key}\n${block}`).digest('base64');
    return key;
  });
}
