/** Events of which some happen a time after others. Times are seconds from the beginning. */
export class EventGraph {
  readonly #after: { readonly to: number; readonly seconds: number }[][] = [];
  readonly #waitsFor: number[] = [];

  /** Adds an event, and gives its number. */
  addEvent(): number {
    this.#waitsFor.push(0);
    return this.#after.push([]) - 1;
  }

  /** One event happens so many seconds after another, or later. */
  addOrder(from: number, to: number, seconds: number): void {
    this.#after[from]?.push({ to, seconds });
    this.#waitsFor[to] = (this.#waitsFor[to] ?? 0) + 1;
  }

  /** The earliest time of each event. Events that wait for each other in a circle do so in vain, and keep what is known. */
  earliestTimes(): readonly number[] {
    const times = this.#after.map(() => 0);
    const waitsFor = [...this.#waitsFor];
    const due = waitsFor.flatMap((count, event) => (count === 0 ? [event] : []));
    for (let event = due.pop(); event !== undefined; event = due.pop()) {
      for (const { to, seconds } of this.#after[event] ?? []) {
        times[to] = Math.max(times[to] ?? 0, (times[event] ?? 0) + seconds);
        waitsFor[to] = (waitsFor[to] ?? 0) - 1;
        if (waitsFor[to] === 0) due.push(to);
      }
    }
    return times;
  }
}
