import type { JsonObject, JsonValue } from '../../api/json.ts';

/** What one role may see, as its AgentRole says it: paths such as `summary`, `review.notes` or `plan.items[*].cost`. */
export interface FieldRules {
  readonly fields?: readonly string[] | undefined;
  readonly hiddenFields?: readonly string[] | undefined;
}

/** Names on the way to a value, from the record's own on. Items of lists stand where their list stands. */
type Location = readonly string[];

/** Nothing deeper is told: values of agents have any depth. */
const deepest = 32;

/** Where a value stands, how many names are its record's own, and how deep it is. */
interface Place {
  readonly location: Location;
  readonly own: number;
  readonly depth: number;
}

type View = 'whole' | 'part' | 'none';

/** The names of a path. A key that is written like a path counts as one, so that it hides nothing. */
export const namesOf = (path: string): Location =>
  path
    .replace(/\[[^\]]*\]/g, '')
    .split('.')
    .filter(Boolean);

/** Decides field by field what one role may see. */
export class FieldCut {
  readonly #shown: readonly Location[] | undefined;
  readonly #hidden: readonly Location[];

  constructor({ fields, hiddenFields = [] }: FieldRules) {
    this.#shown = fields?.map(namesOf).filter(({ length }) => length > 0);
    this.#hidden = hiddenFields.map(namesOf);
  }

  /** Whether there is anything that it does not let through. */
  get isOpen(): boolean {
    return this.#shown === undefined && this.#hidden.length === 0;
  }

  /** A hidden path counts wherever its names follow each other: in any record, at any depth, the record's own name included. */
  hides(location: Location): boolean {
    return this.#hidden.some((path) =>
      location.some((_, start) => path.every((name, index) => location[start + index] === name)),
    );
  }

  /**
   * What is left of the fields of a record; undefined when nothing is. Paths that are to be seen begin at the record's fields or
   * at its name.
   */
  apply(name: string, fields: JsonObject): JsonObject | undefined {
    const own = namesOf(name);
    const left = this.#cut(fields, { location: own, own: own.length, depth: 0 }) as JsonObject | undefined;
    return left === undefined || Object.keys(left).length === 0 ? undefined : left;
  }

  #cut(value: JsonValue, place: Place): JsonValue | undefined {
    const view = place.depth > deepest || this.hides(place.location) ? 'none' : this.#viewOf(place);
    if (view === 'none') return undefined;
    if (typeof value !== 'object' || value === null) return view === 'whole' ? plain(value) : undefined;
    const left = Array.isArray(value) ? this.#cutItems(value, place) : this.#cutObject(value as JsonObject, place);
    return view === 'whole' || Object.keys(left).length > 0 ? left : undefined;
  }

  #cutItems(items: readonly JsonValue[], place: Place): JsonValue[] {
    const inside = { ...place, depth: place.depth + 1 };
    return items.flatMap((item): JsonValue[] => {
      const left = this.#cut(item, inside);
      return left === undefined ? [] : [left];
    });
  }

  /** NOTE: entries, never assignments: `__proto__` is a key like others. */
  #cutObject(object: JsonObject, { location, own, depth }: Place): JsonObject {
    const entries = Object.entries(object).flatMap(([key, field]): [string, JsonValue][] => {
      const left = this.#cut(field, { location: [...location, ...namesOf(key)], own, depth: depth + 1 });
      return left === undefined ? [] : [[key.toWellFormed(), left]];
    });
    return Object.fromEntries(entries);
  }

  #viewOf({ location, own }: Place): View {
    if (this.#shown === undefined) return 'whole';
    const views = this.#shown.flatMap((path) => [viewFrom(path, location), viewFrom(path, location.slice(own))]);
    if (views.includes('whole')) return 'whole';
    return views.includes('part') ? 'part' : 'none';
  }
}

/** Whether a place stands at or below a path, above it, or elsewhere. */
function viewFrom(path: Location, place: Location): View {
  const length = Math.min(path.length, place.length);
  if (path.slice(0, length).some((name, index) => name !== place[index])) return 'none';
  return place.length >= path.length ? 'whole' : 'part';
}

/** As canonical JSON can hold it: artifacts are written by whoever made them. */
function plain(value: string | number | boolean | null): JsonValue {
  if (typeof value === 'string') return value.toWellFormed();
  return typeof value === 'number' && !Number.isFinite(value) ? null : value;
}
