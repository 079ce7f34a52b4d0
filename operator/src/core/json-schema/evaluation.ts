import type { JsonValue } from '../../api/json.ts';
import type { IssuePath } from '../issue.ts';
import { schemaLimits } from './limits.ts';

/** Something in a value that does not fit a schema. */
export interface SchemaFinding {
  /** Where, from the value on. A field that is missing or unknown is the last part of the path. */
  readonly path: IssuePath;
  /** What is wrong, in words that follow the name of the place: `must be a number, found the text "abc"`. */
  readonly message: string;
  /** What to do about it. */
  readonly hint?: string;
}

/** A finding, with the keyword of the schema that it comes from. */
export interface KeywordFinding extends SchemaFinding {
  readonly keyword: string;
  /** The types that `type` asks for. */
  readonly types?: readonly string[];
}

/** Whether a schema was fitted, and why not where that is of interest. */
export interface Attempt {
  readonly holds: boolean;
  readonly findings: readonly KeywordFinding[];
}

/** A value, or a part of it, where it stands, and what has been looked at there so far. */
export interface Place {
  readonly value: JsonValue;
  readonly parent: Place | undefined;
  readonly key: string | number;
  /** Present where the schema says something about what no other part of it has looked at. */
  readonly seen: SeenParts | undefined;
}

/** Fields and items that some part of the schema has looked at: what `unevaluated…` leaves alone. */
export interface SeenParts {
  readonly names: Set<string>;
  readonly indexes: Set<number>;
}

/** Fields and items of which nothing was looked at yet. */
export const nothingSeen = (): SeenParts => ({ names: new Set(), indexes: new Set() });

/** Steps that it takes to put a finding into words. */
const REPORTING = 20;

/** Thrown when checking would take too long, and caught where checking began. */
export class EvaluationLimit extends Error {
  override readonly name = 'EvaluationLimit';
}

/** Steps that are left for several checks together, beside the bound of each. */
export interface StepBudget {
  left: number;
}

/** One check of one value: its findings, and what it has spent. */
export class Evaluation {
  /** Resources (schemas with an `$id`, or the whole) that are being evaluated, the outermost first. */
  readonly resources: string[] = [];
  readonly tracksSeen: boolean;
  #findings: KeywordFinding[] | undefined = [];
  readonly #shared: StepBudget | undefined;
  #stepsLeft: number;
  #open = 0;

  constructor(tracksSeen: boolean, steps: number = schemaLimits.steps, shared?: StepBudget) {
    this.tracksSeen = tracksSeen;
    this.#stepsLeft = steps;
    this.#shared = shared;
  }

  /** Whether only the answer counts, not the findings, so that the first failure decides. */
  get isSilent(): boolean {
    return this.#findings === undefined;
  }

  get findings(): readonly KeywordFinding[] {
    return this.#findings ?? [];
  }

  /** Counts steps before they are made. */
  spend(steps: number): void {
    this.#stepsLeft -= steps;
    if (this.#shared !== undefined) this.#shared.left -= steps;
    if (this.#stepsLeft < 0 || (this.#shared !== undefined && this.#shared.left < 0))
      throw new EvaluationLimit('checking the value takes too long: the schema or the value is too large or involved');
  }

  enter(): void {
    this.spend(1);
    if (++this.#open > schemaLimits.openSchemas)
      throw new EvaluationLimit('the schema refers to itself too deeply for this value');
  }

  leave(): void {
    this.#open--;
  }

  /** Notes what does not fit, unless only the answer counts. Always false, for the check to return. */
  report(place: Place, keyword: string, message: string | (() => Reported)): false {
    if (this.#findings === undefined || this.#findings.length > schemaLimits.findings) return false;
    this.spend(REPORTING);
    const { below = [], hint, ...reported } = typeof message === 'string' ? { message } : message();
    const path = [...pathOf(place), ...below];
    this.#findings.push({ path, keyword, ...reported, ...(hint !== undefined && { hint }) });
    return false;
  }

  /** Takes over findings that were collected aside. */
  adopt(findings: readonly KeywordFinding[]): false {
    this.#findings?.push(...findings.slice(0, schemaLimits.findings));
    return false;
  }

  /** Runs a check whose findings nobody wants. */
  silently<Answer>(check: () => Answer): Answer {
    return this.#aside(undefined, check);
  }

  /** Runs a check and gives its findings aside; none where only the answer counts. */
  attempt(check: () => boolean): Attempt {
    this.spend(this.isSilent ? 1 : REPORTING);
    const findings: KeywordFinding[] = [];
    const holds = this.#aside(this.isSilent ? undefined : findings, check);
    return { holds, findings };
  }

  #aside<Answer>(collector: KeywordFinding[] | undefined, check: () => Answer): Answer {
    const outer = this.#findings;
    this.#findings = collector;
    const answer = check();
    this.#findings = outer;
    return answer;
  }
}

/** What a check says, and at which part of its place. */
export interface Reported {
  readonly message: string;
  readonly hint?: string | undefined;
  readonly below?: IssuePath;
  readonly types?: readonly string[];
}

/** A part of a value, as a place of its own. */
export function placeBelow(parent: Place, key: string | number, value: JsonValue, evaluation: Evaluation): Place {
  return { value, parent, key, seen: evaluation.tracksSeen ? nothingSeen() : undefined };
}

/** The way from the whole value to a place. */
export function pathOf(place: Place): IssuePath {
  const path: (string | number)[] = [];
  for (let at = place; at.parent !== undefined; at = at.parent) path.push(at.key);
  return path.reverse();
}
