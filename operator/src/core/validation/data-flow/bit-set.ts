const WORD_BITS = 32;
const WORD_BYTES = 4;

/** A set of small whole numbers, from 0 up to the capacity that it was made with. */
export class BitSet {
  readonly #words: DataView;

  /** `capacity`: one more than the greatest number that it may hold. */
  constructor(capacity: number) {
    this.#words = new DataView(new ArrayBuffer(Math.ceil(capacity / WORD_BITS) * WORD_BYTES));
  }

  add(member: number): void {
    const at = offsetOf(member);
    this.#words.setUint32(at, this.#words.getUint32(at) | bitOf(member));
  }

  has(member: number): boolean {
    return (this.#words.getUint32(offsetOf(member)) & bitOf(member)) !== 0;
  }

  /** Takes in every member of a set of the same capacity. */
  addAll(other: BitSet): void {
    for (let at = 0; at < this.#words.byteLength; at += WORD_BYTES) {
      const added = other.#words.getUint32(at);
      if (added !== 0) this.#words.setUint32(at, this.#words.getUint32(at) | added);
    }
  }

  /** Leaves only what another set of the same capacity has too. */
  keepOnly(other: BitSet): void {
    for (let at = 0; at < this.#words.byteLength; at += WORD_BYTES)
      this.#words.setUint32(at, this.#words.getUint32(at) & other.#words.getUint32(at));
  }

  clone(): BitSet {
    const copy = new BitSet(this.#words.byteLength * (WORD_BITS / WORD_BYTES));
    copy.addAll(this);
    return copy;
  }

  /** The least member that another set of the same capacity lacks; undefined when it has them all. */
  firstOutside(other: BitSet): number | undefined {
    for (let at = 0; at < this.#words.byteLength; at += WORD_BYTES) {
      const left = this.#words.getUint32(at) & ~other.#words.getUint32(at);
      if (left !== 0) return at * (WORD_BITS / WORD_BYTES) + (31 - Math.clz32(left & -left));
    }
    return undefined;
  }
}

const offsetOf = (member: number) => (member >>> 5) * WORD_BYTES;
const bitOf = (member: number) => 1 << (member & 31);
