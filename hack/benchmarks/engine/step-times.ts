import type { PodEnd } from './pod-ends.ts';

/** The Pods of one measurement: counts them, and times the steps of chains. */
export class StepTimes {
  readonly #lastMs = new Map<string, number>();
  readonly #steps: number[] = [];
  #ends = 0;
  #failed = 0;

  readonly take = ({ workItemUid, atMs, succeeded }: PodEnd): void => {
    const lastMs = this.#lastMs.get(workItemUid);
    if (lastMs !== undefined) this.#steps.push(atMs - lastMs);
    this.#lastMs.set(workItemUid, atMs);
    this.#ends += 1;
    if (!succeeded) this.#failed += 1;
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
