import type { ModelAccess } from '../../api/runner-work.ts';
import { fetchWith } from './model-fetch.ts';
import type { Secrets } from './secrets.ts';

/** How a server is asked. */
export interface Counting {
  readonly secrets: Secrets;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** Bytes of an answer: vLLM gives each token with the count. */
const mostBytes = 16 * 1024 * 1024;

/**
 * The tokens of a text as a model server counts them, by vLLM's `/tokenize`, which stands beside the API and not in it. Undefined
 * where the server has none, or does not answer.
 */
export async function countTokens(text: string, model: ModelAccess, counting: Counting): Promise<number | undefined> {
  const { secrets, headers, signal } = counting;
  const apiKey = model.apiKeyVariable === undefined ? undefined : secrets.valueOf(model.apiKeyVariable)?.trim();
  const ca = model.caVariable === undefined ? undefined : secrets.valueOf(model.caVariable);
  const authorization = apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` };
  try {
    const answer = await fetchWith({ ca, silenceMs })(addressOf(model), {
      method: 'POST',
      headers: { ...headers, ...authorization, 'content-type': 'application/json' },
      body: JSON.stringify({ model: model.name, prompt: text, add_special_tokens: false }),
      signal,
    });
    return answer.ok ? countIn(await readAtMost(answer)) : undefined;
  } catch {
    // Whatever is wrong, the estimate stays; that the work is over is seen by whoever asks next.
    return undefined;
  }
}

const silenceMs = 2_000;

const addressOf = ({ url }: ModelAccess) => `${url.replace(/\/+$/, '').replace(/\/v1$/, '')}/tokenize`;

async function readAtMost(answer: Response): Promise<string> {
  const decoder = new TextDecoder();
  let [text, size] = ['', 0];
  for await (const chunk of (answer.body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > mostBytes) throw new Error('the answer is too long');
    text += decoder.decode(chunk, { stream: true });
  }
  return text;
}

function countIn(text: string): number | undefined {
  const { count } = JSON.parse(text) as { readonly count?: unknown };
  return typeof count === 'number' && Number.isInteger(count) && count >= 0 ? count : undefined;
}
