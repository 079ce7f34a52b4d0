import type { JsonObject } from '../../api/json.ts';
import type { AgentWork } from '../../api/runner-work.ts';
import type { Verdict } from '../verdict.ts';
import { failed } from '../verdict.ts';
import { type ChatAnswer, type ChatRequest, ModelError } from './chat.ts';
import { beginConversation, compact, type Conversation, type Exchange, messagesOf } from './conversation.ts';
import { judgeAnswer, judgeOutputs, type Judged, schemaOfOutputs } from './judge-answer.ts';
import { type NextTurn, nextTurn, noProgress, type Progress, turnsLeft } from './next-turn.ts';
import { markOf } from './prompts/fence.ts';
import { describeForm, renderOpening } from './prompts/render-opening.ts';
import { renderRepair } from './prompts/render-repair.ts';
import { estimateTokens, measureRequest, roomForAnswer } from './token-budget.ts';
import type { Toolbox } from './tools/toolbox.ts';
import { limitReached, limitsOf, refused, type WorkParts } from './work-parts.ts';

/** What the agent did in a turn: how it ended, or nothing where it goes on. */
type Step = Verdict | undefined;

/** Lets a model work in turns, with tools, until it has an answer that fits or a limit ends it. */
export async function runAgent(work: AgentWork, parts: WorkParts, toolbox: Toolbox): Promise<Verdict> {
  const agent = new Agent(work, parts, toolbox);
  for (;;) {
    const ended = await agent.turn();
    if (ended !== undefined) return ended;
  }
}

class Agent {
  readonly #work: AgentWork;
  readonly #parts: WorkParts;
  readonly #toolbox: Toolbox;
  readonly #mark: string;
  readonly #schema: JsonObject | undefined;
  #conversation: Conversation;
  #progress: Progress = noProgress;
  #measured: { readonly characters: number; readonly tokens: number } | undefined;

  constructor(work: AgentWork, parts: WorkParts, toolbox: Toolbox) {
    [this.#work, this.#parts, this.#toolbox] = [work, parts, toolbox];
    this.#mark = markOf(parts.task);
    this.#schema = work.role.outputSchema ?? schemaOfOutputs(parts.task);
    this.#conversation = beginConversation(this.#opening());
  }

  async turn(): Promise<Step> {
    const limits = limitsOf(this.#parts.task);
    const over = turnsLeft(this.#progress, limits);
    if (over !== undefined) return limitReached(over);
    const answer = await this.#ask();
    if ('outcome' in answer) return answer;
    const judged = answer.toolCalls.length > 0 ? { value: {} } : await this.#judge(answer);
    const { progress, next } = nextTurn(this.#progress, { answer, judged, limits });
    this.#progress = progress;
    return await this.#follow(next, answer);
  }

  async #follow(next: NextTurn, answer: ChatAnswer): Promise<Step> {
    switch (next.kind) {
      case 'call':
        this.#add(await this.#call(answer));
        return undefined;
      case 'repair':
        this.#add([{ role: 'assistant', content: answer.text }, renderRepair(next.problem, this.#mark)]);
        return undefined;
      case 'done':
        return { outcome: 'succeeded', outputs: next.outputs };
      case 'refused':
        return refused(answer);
      case 'failed':
        return { outcome: 'failed', error: next.failure };
      case 'limit':
        return limitReached(next.message);
    }
  }

  #opening(): Conversation['opening'] {
    const { role, goal, context, feedback } = this.#work;
    const functions = this.#toolbox.functions.map(({ name }) => name);
    return renderOpening({
      ...{ mark: this.#mark, context, inputs: this.#parts.task.inputs, feedback, functions },
      ...{ instruction: role.prompt, request: goal, form: describeForm(this.#schema) },
    });
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
      const { name } = this.#work.role.model;
      if (smaller === undefined)
        return failed('ContextOverflow', `What was asked does not fit in the context of '${name}'.`);
      this.#conversation = smaller;
      this.#parts.transcript.add({ kind: 'note', text: 'The conversation was made smaller to fit in the context.' });
    }
  }

  /** NOTE: while functions may be called no schema is sent: servers would force the calls themselves into it. */
  #request(): ChatRequest | 'budget' | 'context' {
    const { model, sampling } = this.#work.role;
    const { functions } = this.#toolbox;
    const messages = messagesOf(this.#conversation);
    const promptTokens = estimateTokens(measureRequest({ messages, functions }), this.#measured);
    const limits = limitsOf(this.#parts.task);
    const used = this.#parts.client.usage;
    const room = roomForAnswer({ limits, used, promptTokens, contextLength: model.contextLength });
    if (typeof room === 'string') return room;
    const mustAnswer = this.#progress.isRepairing || functions.length === 0;
    const schema = mustAnswer ? this.#schema : undefined;
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

  async #judge(answer: ChatAnswer): Promise<Judged<JsonObject>> {
    const judged = await judgeAnswer(answer, this.#schema);
    return 'failure' in judged ? judged : await judgeOutputs(judged.value, this.#parts.task);
  }
}
