import type { Answer } from './answer.ts';
import { type ChatRequest, namedToolOf } from './chat-request.ts';
import { splitTokens } from './tokens.ts';

export type FinishReason = 'stop' | 'length' | 'tool_calls';

/** Tokens that one request has used. */
export interface Usage {
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly cachedTokens: number;
}

/** An answer as it is sent: cut to what was allowed, with what it has used. */
export interface Completion {
  readonly id: string;
  /** Seconds since 1970. */
  readonly created: number;
  /** The name that the answers bear: it says that they are simulated. */
  readonly model: string;
  readonly content: string | null;
  readonly toolCalls: readonly SentToolCall[];
  readonly finishReason: FinishReason;
  readonly usage: Usage;
}

interface SentToolCall {
  readonly id: string;
  readonly type: 'function';
  readonly function: { readonly name: string; readonly arguments: string };
}

/** Tokens of an answer that was not cut: its text and the calls as they are written. */
export const tokensOf = ({ content, toolCalls }: Answer): number =>
  splitTokens(content ?? '').length +
  toolCalls.reduce((sum, call) => sum + splitTokens(call.name + call.arguments).length, 0);

type Frame = Pick<Completion, 'id' | 'created' | 'model'> &
  Omit<Usage, 'completionTokens'> & { readonly mostTokens: number };

/** The answer within the tokens that it may have. Calls of tools are never cut. */
export function complete(answer: Answer, request: ChatRequest, frame: Frame): Completion {
  const { id, created, model, promptTokens, cachedTokens, mostTokens } = frame;
  const pieces = splitTokens(answer.content ?? '');
  const isCut = answer.toolCalls.length === 0 && pieces.length > mostTokens;
  const content = isCut ? pieces.slice(0, mostTokens).join('') : answer.content;
  const usage = { promptTokens, cachedTokens, completionTokens: isCut ? mostTokens : tokensOf(answer) };
  const toolCalls = answer.toolCalls.map((call, index) => ({
    ...{ id: `${id.replace('chatcmpl-', 'chatcmpl-tool-')}-${index}`, type: 'function' as const },
    function: { name: call.name, arguments: call.arguments },
  }));
  const finishReason = isCut ? 'length' : finishReasonOf(answer, request);
  return { id, created, model, content, toolCalls, finishReason, usage };
}

/** A tool that the request names was not the model's choice: then the answer just stops, as vLLM has it. */
const finishReasonOf = ({ toolCalls }: Answer, request: ChatRequest): FinishReason =>
  toolCalls.length > 0 && namedToolOf(request) === undefined ? 'tool_calls' : 'stop';

/** The body of an answer that is not streamed. */
export function renderCompletion({ content, toolCalls, finishReason, usage, ...frame }: Completion) {
  const message = { role: 'assistant', content, refusal: null, tool_calls: toolCalls };
  return {
    ...{ id: frame.id, object: 'chat.completion', created: frame.created, model: frame.model },
    choices: [{ index: 0, message, logprobs: null, finish_reason: finishReason, stop_reason: null }],
    usage: renderUsage(usage),
  };
}

/** Usage as the API words it. */
export function renderUsage({ promptTokens, completionTokens, cachedTokens }: Usage) {
  return {
    prompt_tokens: promptTokens,
    total_tokens: promptTokens + completionTokens,
    completion_tokens: completionTokens,
    prompt_tokens_details: { cached_tokens: cachedTokens },
  };
}
