import type { JsonObject } from '../../api/json.ts';
import type { ModelAccess } from '../../api/runner-work.ts';
import { failed, type Verdict } from '../verdict.ts';
import { type ChatAnswer, type ChatRequest, ModelError, type Sampling } from './chat.ts';
import { beginConversation, compact, type Conversation, type Exchange, messagesOf } from './conversation.ts';
import type { Judged } from './judge-answer.ts';
import { type NextTurn, nextTurn, noProgress, type Progress, turnsLeft } from './next-turn.ts';
import { renderRepair } from './prompts/render-repair.ts';
import type { Asked } from './questioner.ts';
import { estimateTokens, measureRequest, roomForAnswer } from './token-budget.ts';
import type { Toolbox } from './tools/toolbox.ts';
import { limitReached, limitsOf, refused, type Spent, type WorkParts } from './work-parts.ts';

/** What an agent works on in one loop of turns. */
export interface Assignment<T> {
  readonly model: ModelAccess;
  readonly sampling: Sampling | undefined;
  readonly opening: Conversation['opening'];
  /** What its answer has to fit. */
  readonly schema: JsonObject | undefined;
  /** What the answer is, or what is wrong with it. */
  readonly judge: (answer: ChatAnswer) => Promise<Judged<T>>;
  /** Counted further: other loops of the same agent may have used some of its limits. */
  readonly spent: Spent;
}

/** Lets a model work in turns, with tools, until it has an answer that fits or a limit ends it. */
export async function workInTurns<T>(assignment: Assignment<T>, parts: WorkParts, toolbox: Toolbox): Promise<Asked<T>> {
  const agent = new Agent(assignment, parts, toolbox);
  for (;;) {
    const asked = await agent.turn();
    if (asked !== undefined) return asked;
  }
}

class Agent<T> {
  readonly #assignment: Assignment<T>;
  readonly #parts: WorkParts;
  readonly #toolbox: Toolbox;
  #conversation: Conversation;
  #progress: Progress;
  #measured: { readonly characters: number; readonly tokens: number } | undefined;

  constructor(assignment: Assignment<T>, parts: WorkParts, toolbox: Toolbox) {
    [this.#assignment, this.#parts, this.#toolbox] = [assignment, parts, toolbox];
    this.#conversation = beginConversation(assignment.opening);
    this.#progress = { ...noProgress, ...assignment.spent };
  }

  /** What the loop came to; undefined where it goes on. */
  async turn(): Promise<Asked<T> | undefined> {
    const limits = limitsOf(this.#parts.task);
    const over = turnsLeft(this.#progress, limits);
    if (over !== undefined) return { ended: limitReached(over) };
    const answer = await this.#ask();
    if ('outcome' in answer) return { ended: answer };
    const { judge, spent } = this.#assignment;
    const judged = answer.toolCalls.length > 0 ? undefined : await judge(answer);
    const { progress, next } = nextTurn(this.#progress, { answer, judged, limits });
    this.#progress = progress;
    [spent.turns, spent.toolCalls] = [progress.turns, progress.toolCalls];
    return await this.#follow(next, answer);
  }

  async #follow(next: NextTurn<T>, answer: ChatAnswer): Promise<Asked<T> | undefined> {
    switch (next.kind) {
      case 'call':
        this.#add(await this.#call(answer));
        return undefined;
      case 'repair':
        this.#add([{ role: 'assistant', content: answer.text }, renderRepair(next.problem, this.#parts.mark)]);
        return undefined;
      case 'done':
        return { value: next.value };
      case 'refused':
        return { ended: refused(answer) };
      case 'failed':
        return { ended: { outcome: 'failed', error: next.failure } };
      case 'limit':
        return { ended: limitReached(next.message) };
    }
  }

  #add(exchange: Exchange): void {
    const { exchanges } = this.#conversation;
    this.#conversation = { ...this.#conversation, exchanges: [...exchanges, exchange] };
  }

  /** An answer, however much of the conversation has to make room for it. */
  async #ask(): Promise<ChatAnswer | Verdict> {
    for (;;) {
      const request = this.#request();
      if (typeof request !== 'string') {
        const answer = await this.#askOnce(request);
        if (answer !== undefined) return answer;
      } else if (request === 'budget') {
        return limitReached(`Too few of ${limitsOf(this.#parts.task).maxTokens} tokens are left for an answer.`);
      }
      const smaller = compact(this.#conversation);
      const { name } = this.#assignment.model;
      if (smaller === undefined)
        return failed('ContextOverflow', `What was asked does not fit in the context of '${name}'.`);
      this.#conversation = smaller;
      this.#parts.transcript.add({ kind: 'note', text: 'The conversation was made smaller to fit in the context.' });
    }
  }

  /** NOTE: while functions may be called no schema is sent: servers would force the calls themselves into it. */
  #request(): ChatRequest | 'budget' | 'context' {
    const { model, sampling } = this.#assignment;
    const { functions } = this.#toolbox;
    const messages = messagesOf(this.#conversation);
    const promptTokens = estimateTokens(measureRequest({ messages, functions }), this.#measured);
    const limits = limitsOf(this.#parts.task);
    const used = this.#parts.client.usage;
    const room = roomForAnswer({ limits, used, promptTokens, contextLength: model.contextLength });
    if (typeof room === 'string') return room;
    const mustAnswer = this.#progress.isRepairing || functions.length === 0;
    const schema = mustAnswer ? this.#assignment.schema : undefined;
    return { model, messages, functions, mustAnswer, schema, sampling, maxOutputTokens: room };
  }

  /** Undefined when the question is too long for the model. */
  async #askOnce(request: ChatRequest): Promise<ChatAnswer | undefined> {
    try {
      const answer = await this.#parts.client.ask(request);
      const tokens = answer.usage.promptTokens ?? 0;
      if (tokens > 0) this.#measured = { characters: measureRequest(request), tokens };
      return answer;
    } catch (error) {
      if (error instanceof ModelError && error.reason === 'ContextOverflow') return undefined;
      throw error;
    }
  }

  async #call({ text, toolCalls }: ChatAnswer): Promise<Exchange> {
    const results = [];
    // One after the other: the model may count on the order.
    for (const call of toolCalls) {
      const content = await this.#toolbox.call(call);
      results.push({ role: 'tool' as const, callId: call.id, content });
    }
    return [{ role: 'assistant', content: text, toolCalls }, ...results];
  }
}
