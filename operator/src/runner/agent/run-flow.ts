import type { JsonObject, JsonValue } from '../../api/json.ts';
import type { FlowWork } from '../../api/runner-work.ts';
import { failed, type Verdict } from '../verdict.ts';
import type { ChatAnswer, ChatMessage } from './chat.ts';
import { isRefused, judgeAnswer, judgeOutputs, type Judged, schemaOfOutputs } from './judge-answer.ts';
import { markOf } from './prompts/fence.ts';
import { describeForm, renderOpening } from './prompts/render-opening.ts';
import { renderRepair } from './prompts/render-repair.ts';
import { renderTemplate } from './prompts/render-template.ts';
import { estimateTokens, measureRequest, roomForAnswer } from './token-budget.ts';
import { limitReached, limitsOf, refused, type WorkParts } from './work-parts.ts';

type Completion = FlowWork['completions'][number];

/** A failure that ends a flow, as its verdict. */
type Ended = { readonly ended: Verdict };

/** Asks one completion after the other; each sees the answers before it, and the last answer is the result. */
export async function runFlow(work: FlowWork, parts: WorkParts): Promise<Verdict> {
  const flow = new Flow(work, parts);
  const values = new Map<string, JsonValue>([['inputs', parts.task.inputs]]);
  let outputs: JsonObject = {};
  for (const [index, completion] of work.completions.entries()) {
    const isLast = index === work.completions.length - 1;
    const answer = await flow.complete(completion, values, isLast);
    if ('ended' in answer) return answer.ended;
    values.set(completion.name, answer.value);
    if (isLast) outputs = answer.value as JsonObject;
  }
  return { outcome: 'succeeded', outputs };
}

class Flow {
  readonly #work: FlowWork;
  readonly #parts: WorkParts;
  #turns = 0;

  constructor(work: FlowWork, parts: WorkParts) {
    this.#work = work;
    this.#parts = parts;
  }

  /** The answer, after one more chance to give it as it has to be; that of the last completion is the outputs. */
  async complete(completion: Completion, values: ReadonlyMap<string, JsonValue>, isLast: boolean) {
    const { task } = this.#parts;
    const mark = markOf(task);
    const prompt =
      completion.isTemplate === true ? renderTemplate(completion.prompt, values, mark) : { value: completion.prompt };
    if ('problem' in prompt) return { ended: failed(prompt.problem.code, at(completion, prompt.problem.message)) };
    const schema = completion.outputSchema ?? (isLast ? schemaOfOutputs(task) : undefined);
    const { context, feedback, instruction } = this.#work;
    const messages = renderOpening({
      mark,
      context,
      feedback,
      instruction,
      request: prompt.value,
      form: describeForm(schema),
    });
    const judge = (answer: ChatAnswer) => this.#judge(answer, schema, isLast);
    return await this.#insist({ completion, schema, judge, mark }, messages);
  }

  async #insist({ completion, schema, judge, mark }: Question, messages: readonly ChatMessage[]) {
    const first = await this.#ask(completion, schema, messages);
    if ('ended' in first) return first;
    const judged = await judge(first);
    if ('value' in judged) return judged;
    const said: ChatMessage = { role: 'assistant', content: first.text };
    const again = await this.#ask(completion, schema, [...messages, said, renderRepair(judged.failure.message, mark)]);
    if ('ended' in again) return again;
    const mended = await judge(again);
    if ('value' in mended) return mended;
    const { reason, message } = mended.failure;
    return { ended: failed(reason, at(completion, `${message} It was asked for twice.`)) };
  }

  async #ask(
    { model, sampling }: Completion,
    schema: JsonObject | undefined,
    messages: readonly ChatMessage[],
  ): Promise<ChatAnswer | Ended> {
    const limits = limitsOf(this.#parts.task);
    if (this.#turns >= limits.maxTurns) return { ended: limitReached(`All ${limits.maxTurns} turns were used.`) };
    this.#turns += 1;
    const { client } = this.#parts;
    const promptTokens = estimateTokens(measureRequest({ messages }));
    const room = roomForAnswer({ limits, used: client.usage, promptTokens, contextLength: model.contextLength });
    if (room === 'budget')
      return { ended: limitReached(`Too few of ${limits.maxTokens} tokens are left for an answer.`) };
    if (room === 'context')
      return { ended: failed('ContextOverflow', `The prompt leaves no room in the context of '${model.name}'.`) };
    const answer = await client.ask({ model, messages, schema, sampling, maxOutputTokens: room });
    return isRefused(answer) ? { ended: refused(answer) } : answer;
  }

  async #judge(answer: ChatAnswer, schema: JsonObject | undefined, isLast: boolean): Promise<Judged<JsonValue>> {
    const judged = await judgeAnswer(answer, schema);
    return 'failure' in judged || !isLast ? judged : await judgeOutputs(judged.value, this.#parts.task);
  }
}

interface Question {
  readonly completion: Completion;
  readonly schema: JsonObject | undefined;
  readonly judge: (answer: ChatAnswer) => Promise<Judged<JsonValue>>;
  readonly mark: string;
}

const at = ({ name }: Completion, message: string) => `In the completion '${name}': ${message}`;
