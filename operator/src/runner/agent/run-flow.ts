import type { JsonObject, JsonValue } from '../../api/json.ts';
import type { FlowWork } from '../../api/runner-work.ts';
import type { Resolved } from '../../core/template/scope.ts';
import { failed, type Verdict } from '../verdict.ts';
import type { ChatAnswer } from './chat.ts';
import { judgeAnswer, judgeOutputs, type Judged, schemaOfOutputs } from './judge-answer.ts';
import { describeForm, renderOpening } from './prompts/render-opening.ts';
import { type PromptValues, renderParts, renderTemplate } from './prompts/render-template.ts';
import { type Asked, Questioner } from './questioner.ts';
import type { WorkParts } from './work-parts.ts';

type Completion = FlowWork['completions'][number];

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

/** A Method's is a template over inputs and earlier answers; values of a step's own stand in it already. */
const promptOf = ({ prompt = '', parts }: Completion, values: PromptValues, mark: string): Resolved<string> =>
  parts === undefined ? renderTemplate(prompt, values, mark) : { value: renderParts(parts, mark) };

class Flow {
  readonly #work: FlowWork;
  readonly #parts: WorkParts;
  readonly #questioner: Questioner;

  constructor(work: FlowWork, parts: WorkParts) {
    this.#work = work;
    this.#parts = parts;
    this.#questioner = new Questioner(parts);
  }

  /** The answer, after one more chance to give it as it has to be; that of the last completion is the outputs. */
  async complete(
    completion: Completion,
    values: ReadonlyMap<string, JsonValue>,
    isLast: boolean,
  ): Promise<Asked<JsonValue>> {
    const { task, mark } = this.#parts;
    const where = `In the completion '${completion.name}': `;
    const prompt = promptOf(completion, values, mark);
    if ('problem' in prompt) return { ended: failed(prompt.problem.code, where + prompt.problem.message) };
    const schema = completion.outputSchema ?? (isLast ? schemaOfOutputs(task) : undefined);
    const { context, feedback, instruction } = this.#work;
    const messages = renderOpening({
      ...{ mark, context, feedback, instruction },
      ...{ request: prompt.value, form: describeForm(schema) },
    });
    const { model, sampling } = completion;
    const judge = (answer: ChatAnswer) => this.#judge(answer, schema, isLast);
    return await this.#questioner.ask({ model, sampling, messages, schema, judge, mark, where });
  }

  async #judge(answer: ChatAnswer, schema: JsonObject | undefined, isLast: boolean): Promise<Judged<JsonValue>> {
    const judged = await judgeAnswer(answer, schema);
    return 'failure' in judged || !isLast ? judged : await judgeOutputs(judged.value, this.#parts.task);
  }
}
