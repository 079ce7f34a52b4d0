import type { JsonValue } from '../../api/json.ts';
import type { Segment } from '../template/reference.ts';

/** What is known of a value from how it is used: made up from it, the value fits every use. */
export class ValueSketch {
  readonly #fields = new Map<string, ValueSketch>();
  #items: ValueSketch | undefined;
  #itemCount = 0;
  #plain: string | number | boolean | undefined;

  /** The part of it that a path leads to, which is thereby known to be there. */
  at(segments: readonly Segment[]): ValueSketch {
    return segments.reduce<ValueSketch>(
      (sketch, segment) => (segment.kind === 'field' ? sketch.field(segment.name) : sketch.item(segment)),
      this,
    );
  }

  field(name: string): ValueSketch {
    const field = this.#fields.get(name) ?? new ValueSketch();
    this.#fields.set(name, field);
    return field;
  }

  /** Its items, all alike: it is a list. */
  item(segment: Exclude<Segment, { kind: 'field' }>): ValueSketch {
    this.beList(segment.kind === 'item' ? segment.index + 1 : 1);
    this.#items ??= new ValueSketch();
    return this.#items;
  }

  beList(itemCount = 1): void {
    this.#itemCount = Math.max(this.#itemCount, itemCount);
  }

  /** A value without parts that fits a use; the first one counts. */
  be(value: string | number | boolean): void {
    this.#plain ??= value;
  }

  /** Its fields that are known to be there. */
  get names(): readonly string[] {
    return [...this.#fields.keys()];
  }

  /** Whether it is known to be an object or a list. */
  get hasParts(): boolean {
    return this.#fields.size > 0 || this.#itemCount > 0;
  }

  /** A value for it. Where nothing tells what it is, it is a text: its own name, unless `textOf` says otherwise. */
  toValue(name: string, textOf: (name: string) => string = String, room = mostItems): JsonValue {
    if (this.#fields.size > 0) {
      const fields = [...this.#fields];
      return Object.fromEntries(fields.map(([key, field]) => [key, field.toValue(`${name}.${key}`, textOf, room)]));
    }
    if (this.#itemCount === 0) return this.#plain ?? textOf(name);
    const length = Math.max(1, Math.min(this.#itemCount, room));
    return Array.from({ length }, (_, index) => {
      const itemName = `${name}[${index}]`;
      return this.#items?.toValue(itemName, textOf, Math.floor(room / length)) ?? textOf(itemName);
    });
  }
}

/** Items that the lists in a made-up value have at most, one list in the other: an index may ask for many. */
const mostItems = 64;
