import type { ChatCompletionChunk, ChatCompletionCreateParamsStreaming } from 'openai/resources/chat/completions';
import type { ModelAccess } from '../../api/runner-work.ts';
import { ModelError } from './chat.ts';
import { fetchWith } from './model-fetch.ts';
import type { Secrets } from './secrets.ts';

/** Asks once, and gives the pieces of the answer as they come. */
export type Asker = (
  body: ChatCompletionCreateParamsStreaming,
  options: { readonly signal: AbortSignal; readonly headers?: Readonly<Record<string, string>> },
) => Promise<AsyncIterable<ChatCompletionChunk>>;

/** How a model is reached, beside what its task says. */
export interface ModelConnecting {
  readonly secrets: Secrets;
  readonly headers: Readonly<Record<string, string>>;
  readonly silenceMs: number;
}

/** Loads the package, so that the first question need not wait for it. */
export async function loadClient(): Promise<void> {
  await import('openai');
}

/**
 * A client for one model. It takes nothing from the environment, tries nothing again by itself and logs nothing. The
 * package is loaded here: it is the largest part of what it takes to begin.
 */
export async function connectModel(
  model: ModelAccess,
  { secrets, headers, silenceMs }: ModelConnecting,
): Promise<Asker> {
  const apiKey = valueOf(model.apiKeyVariable, secrets)?.trim();
  const ca = valueOf(model.caVariable, secrets);
  const { OpenAI } = await import('openai');
  const client = new OpenAI({
    ...{ apiKey: apiKey ?? 'none', organization: null, project: null, webhookSecret: null },
    ...{ baseURL: model.url.replace(/\/+$/, ''), fetch: fetchWith({ ca, silenceMs }) },
    ...{ maxRetries: 0, timeout: silenceMs, logLevel: 'off' },
    // A server without a key may refuse one that it was not told of.
    defaultHeaders: { ...headers, ...(apiKey === undefined && { authorization: null }) },
  });
  return (body, options) => client.chat.completions.create(body, options);
}

function valueOf(variable: string | undefined, secrets: Secrets): string | undefined {
  if (variable === undefined) return undefined;
  const value = secrets.valueOf(variable);
  if (value === undefined) throw new ModelError('SecretMissing', `The variable ${variable} is not set.`);
  return value;
}
