import { parseMetrics } from '../engine/metric-samples.ts';

/** A server with vLLM's API, as far as councils are measured by it. */
export class ModelServer {
  /** Without a path. */
  readonly url: string;
  /** Name that requests ask for. */
  readonly model: string;

  constructor(url: string, model: string) {
    [this.url, this.model] = [url, model];
  }

  /** Tokens of prompts that it has found in its cache, since its start. */
  async prefixHits(): Promise<number> {
    const answer = await fetch(`${this.url}/metrics`);
    return parseMetrics(await answer.text()).sum('vllm:prefix_cache_hits_total');
  }

  /** How many tokens a text is. */
  async countTokens(text: string): Promise<number> {
    const body = JSON.stringify({ model: this.model, prompt: text, add_special_tokens: false });
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${this.url}/tokenize`, { method: 'POST', headers, body });
    const { count } = (await answer.json()) as { readonly count?: number };
    if (count === undefined) throw new Error(`the server does not count tokens: ${answer.status}`);
    return count;
  }
}
