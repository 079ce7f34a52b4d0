import type { ChatCompletionChunk } from 'openai/resources/chat/completions';
import type { Usage } from '../../api/usage.ts';
import { defined } from '../../core/defined.ts';
import type { ChatAnswer, ToolCall } from './chat.ts';

/** Characters that an answer may have: what sends more than a limit of tokens can be is no model. */
const longestAnswer = 8 * 1024 * 1024;

/** The answer ended before it was whole. What was written of it counts as used. */
export class HalfAnswer extends Error {
  override readonly name = 'HalfAnswer';
}

/** Puts an answer together from its pieces. */
export class AnswerBuilder {
  #text = '';
  #refusal = '';
  #finish = '';
  #pieces = 0;
  #size = 0;
  #usage: Usage | undefined;
  readonly #calls = new Map<number, { id: string; name: string; arguments: string }>();

  add({ choices, usage }: ChatCompletionChunk): void {
    if (usage) this.#usage = { promptTokens: usage.prompt_tokens, completionTokens: usage.completion_tokens };
    const [choice] = choices;
    if (choice === undefined) return;
    if (choice.finish_reason) this.#finish = choice.finish_reason;
    this.#addDelta(choice.delta);
  }

  /** What the server said was used, else what can be seen: servers send about one token in a piece. */
  get usage(): Usage {
    return this.#usage ?? { completionTokens: this.#pieces };
  }

  /** Characters that were written so far. */
  get size(): number {
    return this.#size;
  }

  /** @throws HalfAnswer when the end is missing */
  finish(): ChatAnswer {
    if (this.#finish === '') throw new HalfAnswer('the answer ended before it was whole');
    const toolCalls: readonly ToolCall[] = [...this.#calls.values()].map((call, index) => ({
      ...call,
      id: call.id === '' ? `call-${index + 1}` : call.id,
    }));
    const refusal = this.#refusal === '' ? undefined : this.#refusal;
    return { text: this.#text, toolCalls, finish: this.#finish, usage: this.usage, ...defined({ refusal }) };
  }

  #addDelta({ content, refusal, tool_calls: calls = [] }: ChatCompletionChunk.Choice.Delta): void {
    const [text, refused] = [content ?? '', refusal ?? ''];
    this.#text += text;
    this.#refusal += refused;
    for (const call of calls) this.#addCall(call);
    this.#size += text.length + refused.length;
    if (text.length + refused.length + calls.length > 0) this.#pieces += 1;
    if (this.#size > longestAnswer) throw new HalfAnswer(`the answer has more than ${longestAnswer} characters`);
  }

  #addCall({ index, id = '', function: { name = '', arguments: written = '' } = {} }: CallDelta): void {
    const call = this.#calls.get(index) ?? { id: '', name: '', arguments: '' };
    call.id ||= id;
    // Some servers repeat the name in every piece; none sends it in parts.
    call.name ||= name;
    call.arguments += written;
    this.#size += written.length;
    this.#calls.set(index, call);
  }
}

type CallDelta = NonNullable<ChatCompletionChunk.Choice.Delta['tool_calls']>[number];
