import { setTimeout as sleep } from 'node:timers/promises';
import type { ModelAccess } from '../../api/runner-work.ts';
import type { Usage } from '../../api/usage.ts';
import { addUsage } from '../../core/estimate/usage-sum.ts';
import { costOfTokens } from '../../core/agent/cost-of-tokens.ts';
import { type ChatAnswer, type ChatRequest, ModelError } from './chat.ts';
import { judgeModelFailure, type JudgedFailure } from './judge-model-failure.ts';
import { type Asker, connectModel } from './connect-model.ts';
import { AnswerBuilder } from './read-answer.ts';
import { renderChatBody } from './render-chat-body.ts';
import type { Secrets } from './secrets.ts';
import type { Transcript } from './transcript.ts';
import { Turnstile } from './turnstile.ts';

/** How often a question is asked, and how long is waited between; times in milliseconds. */
export interface ModelPatience {
  readonly tries: number;
  readonly firstDelayMs: number;
  readonly longestDelayMs: number;
  /** A server that asks for a longer wait is not waited for: a new attempt can. */
  readonly longestWaitMs: number;
  /** Without a byte, after which an answer is given up. A server that is busy may be silent for a while. */
  readonly silenceMs: number;
}

/** Outlasts a restart of a proxy and a queue that is full, not a model that has to be loaded: for that attempts are repeated. */
export const usualModelPatience: ModelPatience = {
  tries: 6,
  firstDelayMs: 500,
  longestDelayMs: 15_000,
  longestWaitMs: 60_000,
  silenceMs: 180_000,
};

/** What a client of models works with. */
export interface ModelClientParts {
  readonly secrets: Secrets;
  readonly transcript: Transcript;
  /** Headers that tell a server, and who looks at it, whose question it is. */
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  readonly patience?: ModelPatience | undefined;
  /** Told how many characters have come of an answer. */
  readonly onProgress?: ((characters: number) => void) | undefined;
}

/** Asks models, and counts what that uses: failed tries, too. */
export class ModelClient {
  readonly #parts: ModelClientParts;
  readonly #patience: ModelPatience;
  readonly #askers = new Map<ModelAccess, Promise<Asker>>();
  readonly #turnstiles = new Map<string, Turnstile>();
  #usage: Usage = {};
  #answers = 0;

  constructor(parts: ModelClientParts) {
    this.#parts = parts;
    this.#patience = parts.patience ?? usualModelPatience;
  }

  /** Answers that came so far. */
  get answers(): number {
    return this.#answers;
  }

  /** What was used so far. */
  get usage(): Usage {
    return this.#usage;
  }

  /** A whole answer. @throws ModelError when there is none, and the signal's reason when that aborts */
  async ask(request: ChatRequest): Promise<ChatAnswer> {
    this.#parts.transcript.addRequest(request);
    const asker = await this.#askerOf(request.model);
    for (let tries = 1; ; tries += 1) {
      const failure = await this.#turnstileOf(request.model).pass(this.#parts.signal, () => this.#try(asker, request));
      if (!('reason' in failure)) return failure;
      const delayMs = this.#delayMs(tries, failure);
      if (delayMs === undefined)
        throw new ModelError(failure.reason, this.#explain(request, failure, tries), failure.retryable);
      await sleep(delayMs, undefined, { signal: this.#parts.signal }).catch(() => this.#parts.signal.throwIfAborted());
    }
  }

  async #try(asker: Asker, request: ChatRequest): Promise<ChatAnswer | JudgedFailure> {
    const { signal, transcript, onProgress } = this.#parts;
    const { speaker } = request;
    const headers = speaker === undefined ? {} : { 'x-conclave-role': encodeURI(speaker) };
    signal.throwIfAborted();
    const builder = new AnswerBuilder();
    const begin = performance.now();
    const durationMs = () => Math.round(performance.now() - begin);
    try {
      for await (const chunk of await asker(renderChatBody(request), { signal, headers })) {
        builder.add(chunk);
        onProgress?.(builder.size);
      }
      signal.throwIfAborted();
      const answer = builder.finish();
      this.#answers += 1;
      transcript.add({ kind: 'answer', answer, speaker, durationMs: durationMs() });
      return answer;
    } catch (error) {
      signal.throwIfAborted();
      const failure = judgeModelFailure(error, new Date());
      const { reason, message } = failure;
      transcript.add({ kind: 'failure', reason, message, speaker, durationMs: durationMs() });
      return failure;
    } finally {
      this.#count(builder.usage, request.model);
    }
  }

  #count(tokens: Usage, { price }: ModelAccess): void {
    const costUnits = costOfTokens(tokens, price);
    this.#usage = addUsage(this.#usage, { ...tokens, ...(costUnits !== undefined && { costUnits }) });
  }

  /** Undefined when it is not asked again. */
  #delayMs(tries: number, { retryable, waitMs }: JudgedFailure): number | undefined {
    const { tries: most, firstDelayMs, longestDelayMs, longestWaitMs } = this.#patience;
    if (!retryable || tries >= most || (waitMs !== undefined && waitMs > longestWaitMs)) return undefined;
    const longest = Math.min(firstDelayMs * 2 ** (tries - 1), longestDelayMs);
    // Not before it was asked for, and not all at once then.
    return (waitMs ?? longest / 2) + (Math.random() * longest) / 2;
  }

  #explain({ model }: ChatRequest, { message }: JudgedFailure, tries: number): string {
    const times = tries === 1 ? '' : ` after ${tries} tries`;
    return this.#parts.secrets.redact(`The model '${model.name}' did not answer${times}: ${message}`);
  }

  /** One for each model, however many parts of the task name it: waits between tries do not keep others out. */
  #turnstileOf({ url, name, maxConcurrentRequests = Infinity }: ModelAccess): Turnstile {
    const key = JSON.stringify([url, name]);
    const turnstile = this.#turnstiles.get(key) ?? new Turnstile(maxConcurrentRequests);
    this.#turnstiles.set(key, turnstile);
    return turnstile;
  }

  #askerOf(model: ModelAccess): Promise<Asker> {
    const known = this.#askers.get(model);
    if (known !== undefined) return known;
    const { secrets, headers } = this.#parts;
    const asker = connectModel(model, { secrets, headers, silenceMs: this.#patience.silenceMs });
    this.#askers.set(model, asker);
    return asker;
  }
}
