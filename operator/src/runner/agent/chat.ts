/** What is said between the runner and a model, in the words of the OpenAI-compatible API. */
import type { z } from 'zod';
import type { sampling } from '../../api/agent.ts';
import type { JsonObject } from '../../api/json.ts';
import type { ModelAccess } from '../../api/runner-work.ts';
import type { Usage } from '../../api/usage.ts';

/** How the model chooses its words. */
export type Sampling = z.output<typeof sampling>;

/** A call of a function that the model asks for; its arguments as the model wrote them. */
export interface ToolCall {
  readonly id: string;
  readonly name: string;
  readonly arguments: string;
}

/** One message of a conversation. */
export type ChatMessage =
  | { readonly role: 'system' | 'user'; readonly content: string }
  | { readonly role: 'assistant'; readonly content: string; readonly toolCalls?: readonly ToolCall[] }
  | { readonly role: 'tool'; readonly callId: string; readonly content: string };

/** A function that the model may call. */
export interface FunctionDefinition {
  readonly name: string;
  readonly description: string;
  readonly parameters: JsonObject;
}

/** One question to a model. */
export interface ChatRequest {
  readonly model: ModelAccess;
  readonly messages: readonly ChatMessage[];
  readonly functions?: readonly FunctionDefinition[] | undefined;
  /** The functions may not be called any more: an answer is wanted. */
  readonly mustAnswer?: boolean | undefined;
  /** What the answer has to fit. */
  readonly schema?: JsonObject | undefined;
  readonly sampling?: Sampling | undefined;
  readonly maxOutputTokens: number;
  /** Who asks, where several do at the same time: a member of a Council. */
  readonly speaker?: string | undefined;
}

/** A whole answer. */
export interface ChatAnswer {
  readonly text: string;
  /** Why the model will not answer, in its words. */
  readonly refusal?: string | undefined;
  readonly toolCalls: readonly ToolCall[];
  /** Why it ended: `stop`, `length`, `tool_calls`, `content_filter`. */
  readonly finish: string;
  readonly usage: Usage;
}

/** Why there is no answer. */
export type ModelFailureReason =
  | 'ModelUnavailable'
  | 'ModelUnauthorized'
  | 'ModelNotFound'
  | 'ModelRequestRefused'
  | 'ContextOverflow'
  | 'SecretMissing';

/** There is no answer, however often it was asked for. */
export class ModelError extends Error {
  override readonly name = 'ModelError';
  readonly reason: ModelFailureReason;
  readonly retryable: boolean;

  constructor(reason: ModelFailureReason, message: string, retryable = false, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
    this.retryable = retryable;
  }
}
