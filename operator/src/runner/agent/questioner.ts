import type { JsonObject } from '../../api/json.ts';
import type { ModelAccess } from '../../api/runner-work.ts';
import { failed, type Verdict } from '../verdict.ts';
import type { ChatAnswer, ChatMessage, Sampling } from './chat.ts';
import { isRefused, type Judged } from './judge-answer.ts';
import { renderRepair } from './prompts/render-repair.ts';
import { estimateTokens, measureRequest, roomForAnswer } from './token-budget.ts';
import { limitReached, limitsOf, nothingSpent, refused, type Spent, type WorkParts } from './work-parts.ts';

/** A question whose answer has to have a form. */
export interface Question<T> {
  readonly model: ModelAccess;
  readonly sampling?: Sampling | undefined;
  readonly messages: readonly ChatMessage[];
  readonly schema?: JsonObject | undefined;
  /** What the answer is, or what is wrong with it. */
  readonly judge: (answer: ChatAnswer) => Promise<Judged<T>>;
  readonly mark: string;
  /** What is asked, as failures begin: `In the completion 'draft': `. */
  readonly where?: string;
  /** Who asks, where several do at the same time. */
  readonly speaker?: string;
}

/** An answer that fits, or the verdict of who asked. */
export type Asked<T> = { readonly value: T } | { readonly ended: Verdict };

/** Asks questions within the limits of the task, each once more when the answer does not fit. */
export class Questioner {
  readonly #parts: WorkParts;
  readonly #spent: Spent;

  constructor(parts: WorkParts, spent = nothingSpent()) {
    [this.#parts, this.#spent] = [parts, spent];
  }

  /** @throws ModelError when the model gives no answer at all */
  async ask<T>(question: Question<T>): Promise<Asked<T>> {
    const { messages, judge, mark, where = '' } = question;
    const first = await this.#askOnce(question, messages);
    if ('ended' in first) return first;
    const judged = await judge(first);
    if ('value' in judged) return judged;
    const said: ChatMessage = { role: 'assistant', content: first.text };
    const again = await this.#askOnce(question, [...messages, said, renderRepair(judged.failure.message, mark)]);
    if ('ended' in again) return again;
    const mended = await judge(again);
    if ('value' in mended) return mended;
    const { reason, message } = mended.failure;
    return { ended: failed(reason, `${where}${message} It was asked for twice.`) };
  }

  async #askOnce<T>(
    { model, sampling, schema, speaker }: Question<T>,
    messages: readonly ChatMessage[],
  ): Promise<ChatAnswer | { readonly ended: Verdict }> {
    const limits = limitsOf(this.#parts.task);
    if (this.#spent.turns >= limits.maxTurns) return { ended: limitReached(`All ${limits.maxTurns} turns were used.`) };
    this.#spent.turns += 1;
    const { client } = this.#parts;
    const promptTokens = estimateTokens(measureRequest({ messages }));
    const room = roomForAnswer({ limits, used: client.usage, promptTokens, contextLength: model.contextLength });
    if (room === 'budget')
      return { ended: limitReached(`Too few of ${limits.maxTokens} tokens are left for an answer.`) };
    if (room === 'context')
      return { ended: failed('ContextOverflow', `The prompt leaves no room in the context of '${model.name}'.`) };
    const answer = await client.ask({ model, messages, schema, sampling, speaker, maxOutputTokens: room });
    return isRefused(answer) ? { ended: refused(answer) } : answer;
  }
}
