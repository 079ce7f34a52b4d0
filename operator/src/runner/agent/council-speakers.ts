import type { JsonObject, JsonValue } from '../../api/json.ts';
import type { CouncilWork, RoleContract } from '../../api/runner-work.ts';
import type { SpeakerFailure } from '../../core/council/conclude-deliberation.ts';
import type { Failure } from '../verdict.ts';
import { ModelError, type ChatAnswer } from './chat.ts';
import { judgeAnswer, type Judged } from './judge-answer.ts';
import { renderDeliberation, type SharedTable } from './prompts/render-deliberation.ts';
import { describeForm } from './prompts/render-opening.ts';
import { type Asked, Questioner } from './questioner.ts';
import type { WorkParts } from './work-parts.ts';

/** A member, or the judge. */
export interface Speaker {
  readonly name: string;
  readonly role: RoleContract;
}

/** What an answer is asked to fit, what it has to, and what is read of it. */
export interface Wanted<T> {
  readonly schema: JsonObject | undefined;
  readonly accepted: JsonObject | undefined;
  readonly read: (answer: JsonValue) => Judged<T>;
}

/** Those who take part in a deliberation, each with its own turns. */
export class CouncilSpeakers {
  readonly failures: SpeakerFailure[] = [];
  readonly #work: CouncilWork;
  readonly #parts: WorkParts;
  readonly #questioners = new Map<string, Questioner>();

  constructor(work: CouncilWork, parts: WorkParts) {
    this.#work = work;
    this.#parts = parts;
  }

  /** What a speaker says; undefined when it fails, which is kept in `failures` and in the transcript. */
  async ask<T>(
    { name, role }: Speaker,
    table: Pick<SharedTable, 'proposals' | 'task'>,
    { schema, accepted, read }: Wanted<T>,
  ): Promise<{ readonly value: T } | undefined> {
    const { task, mark } = this.#parts;
    const shared = { mark, work: this.#work, inputs: task.inputs, ...table };
    const messages = renderDeliberation(shared, { form: describeForm(schema), instruction: role.prompt });
    const judge = async (answer: ChatAnswer): Promise<Judged<T>> => {
      const judged = await judgeAnswer(answer, accepted);
      return 'failure' in judged ? judged : read(judged.value);
    };
    const { model, sampling } = role;
    const asked = await this.#answerOf(name, (questioner) =>
      questioner.ask({ model, sampling, messages, schema, judge, mark, speaker: name }),
    );
    if ('value' in asked) return asked;
    this.#note(name, asked.failure);
    return undefined;
  }

  async #answerOf<T>(
    name: string,
    ask: (questioner: Questioner) => Promise<Asked<T>>,
  ): Promise<{ readonly value: T } | { readonly failure: Failure }> {
    const questioner = this.#questioners.get(name) ?? new Questioner(this.#parts);
    this.#questioners.set(name, questioner);
    try {
      const asked = await ask(questioner);
      if ('value' in asked) return asked;
      const { error = { reason: 'Failed', message: '', retryable: false } } = asked.ended;
      return { failure: error };
    } catch (error) {
      if (!(error instanceof ModelError)) throw error;
      return { failure: error };
    }
  }

  #note(speaker: string, { reason, message, retryable }: Failure): void {
    this.failures.push({ speaker, reason, message, retryable });
    this.#parts.transcript.add({ kind: 'note', text: `${speaker} gave no answer: ${reason}: ${message}` });
  }
}
