import type { Usage } from '../../api/usage.ts';
import type { ChatMessage, ChatRequest } from './chat.ts';
import type { WorkLimits } from './work-parts.ts';

/** Characters of a token where nothing is known yet: fewer than in most languages, so that estimates are high. */
const usualCharactersPerToken = 3;

/** No model packs more: a server that says so does not count what its cache had. */
const mostCharactersPerToken = 6;

/** What a conversation measures, in characters: its words, and the words around them. */
export function measureRequest({ messages, functions = [] }: Pick<ChatRequest, 'messages' | 'functions'>): number {
  return messages.reduce((sum, message) => sum + measureMessage(message), JSON.stringify(functions).length);
}

const measureMessage = (message: ChatMessage) =>
  16 + message.content.length + ('toolCalls' in message ? JSON.stringify(message.toolCalls).length : 0);

/** Tokens that so many characters probably are, by what a model said of its last question. */
export function estimateTokens(
  characters: number,
  known?: { readonly characters: number; readonly tokens: number },
): number {
  const seen = known === undefined || known.tokens === 0 ? usualCharactersPerToken : known.characters / known.tokens;
  const perToken = Math.min(seen, mostCharactersPerToken);
  return Math.ceil(characters / perToken);
}

/** Where a question stands between its limits. */
export interface Room {
  readonly limits: WorkLimits;
  readonly used: Usage;
  readonly promptTokens: number;
  readonly contextLength: number | undefined;
}

/** How many tokens an answer may have, or what leaves none: the budget of the attempt, or the model's context. */
export function roomForAnswer({
  limits,
  used,
  promptTokens,
  contextLength = Infinity,
}: Room): number | 'budget' | 'context' {
  const left = limits.maxTokens - (used.promptTokens ?? 0) - (used.completionTokens ?? 0) - promptTokens;
  if (left < 1) return 'budget';
  const wanted = Math.min(limits.maxOutputTokens, left);
  const fits = contextLength - promptTokens;
  if (fits >= wanted) return wanted;
  // A context that is large against the question is used up to its end.
  return fits >= Math.min(wanted, leastAnswer) ? fits : 'context';
}

/** Tokens below which an answer is not worth asking for. */
const leastAnswer = 256;
