/** Wakes all who wait for something new. */
export class Bell {
  readonly #waiting = new Set<() => void>();

  /** Resolves when it rings next, or at the end of `signal`. */
  next(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const end = (): void => {
        this.#waiting.delete(end);
        signal.removeEventListener('abort', end);
        resolve();
      };
      this.#waiting.add(end);
      signal.addEventListener('abort', end, { once: true });
    });
  }

  ring(): void {
    for (const end of [...this.#waiting]) end();
  }
}
