/** First in, first out; each operation takes constant time, whatever the length. */
class Fifo<T> {
  #items: T[] = [];
  #head = 0;

  get length(): number {
    return this.#items.length - this.#head;
  }

  push(item: T): void {
    this.#items.push(item);
  }

  shift(): T | undefined {
    if (this.length === 0) return undefined;
    const item = this.#items[this.#head];
    this.#head += 1;
    if (this.#head >= 1024 && this.#head * 2 >= this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }
}

/** Items in groups that take turns: a group with ten thousand items delays the single one of another by one turn. */
export class FairQueue {
  readonly #groups = new Map<string, Fifo<string>>();
  /** Each group with items stands here once. */
  readonly #turns = new Fifo<string>();
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(group: string, item: string): void {
    this.#length += 1;
    const items = this.#groups.get(group) ?? new Fifo<string>();
    items.push(item);
    if (items.length > 1) return;
    this.#groups.set(group, items);
    this.#turns.push(group);
  }

  /** The first item of the group whose turn it is. */
  shift(): string | undefined {
    const group = this.#turns.shift();
    if (group === undefined) return undefined;
    this.#length -= 1;
    const items = this.#groups.get(group);
    const item = items?.shift();
    if (items === undefined || items.length === 0) this.#groups.delete(group);
    else this.#turns.push(group);
    return item;
  }
}
