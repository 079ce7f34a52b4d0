/** Lines that one side pushes and the other iterates, as a watch hands them out. */
export class LineQueue implements AsyncIterableIterator<string> {
  readonly #lines: string[] = [];
  #end: { readonly error?: Error } | undefined;
  #waiting = Promise.withResolvers<undefined>();

  get isEnded(): boolean {
    return this.#end !== undefined;
  }

  push(line: string): void {
    if (this.isEnded) return;
    this.#lines.push(line);
    this.#waiting.resolve(undefined);
  }

  /** Ends the lines after those pushed before; with an error when the connection broke. */
  end(error?: Error): void {
    if (this.isEnded) return;
    this.#end = error === undefined ? {} : { error };
    this.#waiting.resolve(undefined);
  }

  async next(): Promise<IteratorResult<string, undefined>> {
    for (;;) {
      const value = this.#lines.shift();
      if (value !== undefined) return { done: false, value };
      if (this.#end?.error !== undefined) throw this.#end.error;
      if (this.#end !== undefined) return { done: true, value: undefined };
      this.#waiting = Promise.withResolvers<undefined>();
      await this.#waiting.promise;
    }
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
