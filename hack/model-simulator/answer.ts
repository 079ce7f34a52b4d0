import type { JsonValue } from '../../operator/src/api/json.ts';

/** One call of a tool, with its arguments as the text that a model wrote. */
export interface ToolCall {
  readonly name: string;
  readonly arguments: string;
}

/** What the model says to one request. */
export interface Answer {
  /** Null where it only calls tools. */
  readonly content: string | null;
  readonly toolCalls: readonly ToolCall[];
}

export const contentAnswer = (content: string): Answer => ({ content, toolCalls: [] });

export const toolAnswer = (calls: readonly { readonly name: string; readonly arguments: JsonValue }[]): Answer => ({
  content: null,
  toolCalls: calls.map((call) => ({ name: call.name, arguments: JSON.stringify(call.arguments) })),
});
