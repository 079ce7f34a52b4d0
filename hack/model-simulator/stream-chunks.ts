import { type Completion, renderUsage } from './completion.ts';
import { splitTokens } from './tokens.ts';

/** Tokens of one piece of a call's arguments. */
const TOKENS_PER_PIECE = 4;

/** The chunks of a streamed answer in vLLM's order: the role, the pieces, the end and, where wanted, the usage. */
export function* streamChunks(completion: Completion, includesUsage: boolean): Generator<object> {
  const { id, created, model, finishReason, usage } = completion;
  const frame = { id, object: 'chat.completion.chunk', created, model };
  const chunk = (delta: object, finish: string | null = null) => ({
    ...frame,
    choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
  });
  yield chunk({ role: 'assistant', content: '' });
  for (const delta of deltas(completion)) yield chunk(delta);
  yield chunk({ content: '' }, finishReason);
  if (includesUsage) yield { ...frame, choices: [], usage: renderUsage(usage) };
}

function* deltas({ content, toolCalls }: Completion): Generator<object> {
  for (const piece of splitTokens(content ?? '')) yield { content: piece };
  for (const [index, call] of toolCalls.entries()) {
    yield {
      tool_calls: [{ index, id: call.id, type: call.type, function: { name: call.function.name, arguments: '' } }],
    };
    for (const piece of piecesOf(call.function.arguments))
      yield { tool_calls: [{ index, function: { arguments: piece } }] };
  }
}

function piecesOf(text: string): readonly string[] {
  const tokens = splitTokens(text);
  return Array.from({ length: Math.ceil(tokens.length / TOKENS_PER_PIECE) }, (_, index) =>
    tokens.slice(index * TOKENS_PER_PIECE, (index + 1) * TOKENS_PER_PIECE).join(''),
  );
}

/** One event of a stream. */
export const renderEvent = (data: object | '[DONE]'): string =>
  `data: ${data === '[DONE]' ? data : JSON.stringify(data)}\n\n`;
