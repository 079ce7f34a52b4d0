import type { ModelSpec } from '../api/model.ts';
import type { ModelLook } from '../core/model/model-look.ts';
import { type LookPauses, lookPauses, planNextLook } from '../core/model/plan-next-look.ts';

/** Where a Model is to be looked at, and how. */
export interface LookQuestion extends NonNullable<ModelSpec['endpoint']> {
  readonly modelName: string;
  readonly namespace: string;
  /** Whether the operator runs its server. */
  readonly isOurs: boolean;
}

/** What looks are made with. */
export interface ModelLooksParts {
  readonly look: (question: LookQuestion, signal: AbortSignal) => Promise<ModelLook>;
  readonly clock: () => Date;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly pauses?: LookPauses | undefined;
}

/** What a look has shown, and when the next is due. */
export interface DatedLook {
  readonly look: ModelLook;
  readonly dueInMs: number;
}

interface Remembered {
  readonly question: string;
  readonly look: ModelLook;
  readonly dueAtMs: number;
  readonly failures: number;
}

/** Looks at Models, each when it is due: a turn that comes early is told what the last look has shown. */
export class ModelLooks {
  readonly #parts: ModelLooksParts;
  readonly #remembered = new Map<string, Remembered>();

  constructor(parts: ModelLooksParts) {
    this.#parts = parts;
  }

  /** What the Model of a key shows now; another question or version is looked at at once. */
  async at(key: string, question: LookQuestion, version: string, signal: AbortSignal): Promise<DatedLook> {
    const asked = JSON.stringify([question, version]);
    const before = this.#remembered.get(key);
    const isSame = before?.question === asked;
    const leftMs = isSame ? before.dueAtMs - this.#now() : 0;
    if (isSame && leftMs > 0) return { look: before.look, dueInMs: leftMs };
    return this.#lookAgain(key, { question, asked, failures: isSame ? before.failures : 0 }, signal);
  }

  /** Whatever was seen counts no more. */
  forget(key: string): void {
    this.#remembered.delete(key);
  }

  async #lookAgain(
    key: string,
    { question, asked, failures: before }: { question: LookQuestion; asked: string; failures: number },
    signal: AbortSignal,
  ): Promise<DatedLook> {
    const { look: ask, random, pauses = lookPauses } = this.#parts;
    const look = await ask(question, signal);
    const isReady = look.result === 'available';
    const failures = isReady ? 0 : before + 1;
    const dueInMs = planNextLook({ isReady, failures, isOurs: question.isOurs, random: random() }, pauses);
    this.#remembered.set(key, { question: asked, look, dueAtMs: this.#now() + dueInMs, failures });
    return { look, dueInMs };
  }

  #now(): number {
    return this.#parts.clock().getTime();
  }
}
