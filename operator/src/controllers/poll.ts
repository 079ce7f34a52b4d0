/** Resolves after some milliseconds, or at once when the signal is or gets aborted; never rejects. */
export type Pause = (ms: number, signal: AbortSignal) => Promise<void>;

/** How often to look. */
export interface PollTiming {
  readonly pause: Pause;
  readonly signal: AbortSignal;
  /** Time between the first two looks, in milliseconds; each next one is half as long again. */
  readonly firstMs: number;
  /** Longest time between two looks, in milliseconds. */
  readonly longestMs: number;
}

/** Looks again and again until there is an answer. Throws the reason of the signal when it is aborted. */
export async function poll<T>(look: () => Promise<T | undefined>, timing: PollTiming): Promise<T> {
  const { pause, signal, firstMs, longestMs } = timing;
  let delayMs = firstMs;
  for (;;) {
    signal.throwIfAborted();
    const answer = await look();
    if (answer !== undefined) return answer;
    await pause(delayMs, signal);
    delayMs = Math.min(delayMs * 1.5, longestMs);
  }
}
