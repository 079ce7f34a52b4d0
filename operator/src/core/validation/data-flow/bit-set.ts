const WORD_BITS = 32;

/** A set of small whole numbers, from 0 up to the capacity that it was made with. */
export class BitSet {
  readonly #words: Uint32Array;

  /** `capacity`: one more than the greatest number that it may hold. */
  constructor(capacity: number) {
    this.#words = new Uint32Array(Math.ceil(capacity / WORD_BITS));
  }

  add(member: number): void {
    const word = member >>> 5;
    this.#words[word] = (this.#words[word] ?? 0) | (1 << (member & 31));
  }

  has(member: number): boolean {
    return ((this.#words[member >>> 5] ?? 0) & (1 << (member & 31))) !== 0;
  }

  /** Takes in every member of a set of the same capacity. */
  addAll(other: BitSet): void {
    const theirs = other.#words;
    for (let word = 0; word < theirs.length; word++) {
      const added = theirs[word] ?? 0;
      if (added !== 0) this.#words[word] = (this.#words[word] ?? 0) | added;
    }
  }

  /** Leaves only what another set of the same capacity has too. */
  keepOnly(other: BitSet): void {
    for (let word = 0; word < this.#words.length; word++)
      this.#words[word] = (this.#words[word] ?? 0) & (other.#words[word] ?? 0);
  }

  clone(): BitSet {
    const copy = new BitSet(this.#words.length * WORD_BITS);
    copy.addAll(this);
    return copy;
  }

  /** The least member that another set of the same capacity lacks; undefined when it has them all. */
  firstOutside(other: BitSet): number | undefined {
    for (let word = 0; word < this.#words.length; word++) {
      const left = (this.#words[word] ?? 0) & ~(other.#words[word] ?? 0);
      if (left !== 0) return word * WORD_BITS + (31 - Math.clz32(left & -left));
    }
    return undefined;
  }
}
