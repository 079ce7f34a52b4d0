/** Which iterations of which loops have records: kept beside the records, so that nothing has to be searched. */
export class LoopIndex {
  readonly #iterations = new Map<string, Map<number, Set<string>>>();

  /** Paths of the records of one iteration, of its inner loops too. */
  paths(loopPath: string, index: number): ReadonlySet<string> {
    return this.#iterations.get(loopPath)?.get(index) ?? new Set();
  }

  /** Numbers of the iterations that have records. */
  indexes(loopPath: string): readonly number[] {
    return [...(this.#iterations.get(loopPath)?.keys() ?? [])];
  }

  add(path: string): void {
    for (const [loopPath, index] of iterationsOf(path)) {
      const iterations = this.#iterations.get(loopPath) ?? new Map<number, Set<string>>();
      const paths = iterations.get(index) ?? new Set();
      this.#iterations.set(loopPath, iterations.set(index, paths.add(path)));
    }
  }

  remove(path: string): void {
    for (const [loopPath, index] of iterationsOf(path)) {
      const iterations = this.#iterations.get(loopPath);
      const paths = iterations?.get(index);
      paths?.delete(path);
      if (paths?.size === 0) iterations?.delete(index);
    }
  }
}

/** The loops that a path leads through: `a[1].b[2].c` is in iteration 1 of `a` and in iteration 2 of `a[1].b`. */
function* iterationsOf(path: string): Generator<readonly [string, number]> {
  for (let open = path.indexOf('['); open !== -1; open = path.indexOf('[', open + 1)) {
    const close = path.indexOf(']', open);
    yield [path.slice(0, open), Number(path.slice(open + 1, close))];
  }
}
