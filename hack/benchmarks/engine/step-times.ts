import type { PodEnd } from './pod-ends.ts';

/** The Pods of one measurement: counts them, and times the steps of chains. */
export class StepTimes {
  readonly #lastMs = new Map<string, number>();
  readonly #steps: number[] = [];
  readonly #expected: number;
  readonly #all = Promise.withResolvers<undefined>();
  #ends = 0;
  #failed = 0;

  constructor(expected: number) {
    this.#expected = expected;
    if (expected === 0) this.#all.resolve(undefined);
  }

  /** Resolves when as many Pods have ended as are expected. */
  get all(): Promise<unknown> {
    return this.#all.promise;
  }

  readonly take = ({ workItemUid, atMs, succeeded }: PodEnd): void => {
    const lastMs = this.#lastMs.get(workItemUid);
    if (lastMs !== undefined) this.#steps.push(atMs - lastMs);
    this.#lastMs.set(workItemUid, atMs);
    this.#ends += 1;
    if (!succeeded) this.#failed += 1;
    if (this.#ends === this.#expected) this.#all.resolve(undefined);
  };

  get ends(): number {
    return this.#ends;
  }

  get failed(): number {
    return this.#failed;
  }

  /** From the end of a Pod to the end of the next one of the same WorkItem, in milliseconds. */
  get stepsMs(): readonly number[] {
    return this.#steps;
  }
}
