import type { JsonValue } from '../../api/json.ts';
import { quote } from '../quote.ts';
import { nearestName } from '../validation/nearest-name.ts';
import type { Reference } from './reference.ts';
import type { ResolutionProblem, Scope } from './scope.ts';

/** Names that a message lists. */
const MOST_NAMES = 40;

/** The type of a JSON value, as JSON Schema names it. */
export type TypeName = 'string' | 'number' | 'boolean' | 'null' | 'array' | 'object';

/** The type of a JSON value, for messages. */
export function typeName(value: JsonValue): TypeName {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value as Exclude<TypeName, 'null' | 'array'>;
}

/** `Step 'x' not found. Steps: a, b` */
export function stepNotFound(name: string, scope: Scope): ResolutionProblem {
  const names = scope.stepNames();
  return problem('StepNotFound', `Step '${plain(name)}' not found. Steps: ${listNames(names)}`, suggest(name, names));
}

/** `Name 'x' not found. Names: a, b`, for the bare names of an expression; without the names when they are not known. */
export function nameNotFound(name: string, names?: readonly string[]): ResolutionProblem {
  const message = `Name '${plain(name)}' not found${names === undefined ? '' : `. Names: ${listNames(names)}`}`;
  const hint = suggest(name, names ?? []) ?? 'write {{step.field}} for what a step gives, and text in quotes';
  return problem('FieldNotFound', message, hint);
}

/** Where a path has led to, for messages. */
export interface Place {
  readonly reference: Reference;
  readonly scope: Scope;
  /** Segments that have been gone. */
  readonly gone: number;
  /** Which item each `[*]` on the way stands for now. */
  readonly trail: readonly number[];
}

/** `Field 'y' not found in step 'a'. Fields: …`, or with the type of what has no fields. */
export function fieldNotFound(name: string, value: JsonValue, place: Place): ResolutionProblem {
  const type = typeName(value);
  return fieldMissing(
    name,
    describePlace(place),
    type === 'object' ? { fields: Object.keys(value as object) } : { type },
  );
}

/** The same for a place in words, such as `step 'a'` or `a.posts[0]`, with the names of its fields or its type. */
export function fieldMissing(
  name: string,
  where: string,
  found: { readonly fields: readonly string[] } | { readonly type: string },
): ResolutionProblem {
  const message = `Field '${plain(name)}' not found in ${where}`;
  if ('fields' in found) {
    return problem('FieldNotFound', `${message}. Fields: ${listNames(found.fields)}`, suggest(name, found.fields));
  }
  const hint = found.type === 'array' ? 'use [0] for one item of the list, or [*] for all of them' : undefined;
  return problem('FieldNotFound', `${message} (${found.type})`, hint);
}

/** `Cannot apply [*] to non-array (string) at a.b` */
export function notAnArray(segment: string, value: JsonValue, place: Place): ResolutionProblem {
  return problem('NotAnArray', `Cannot apply ${segment} to non-array (${typeName(value)}) at ${formatPlace(place)}`);
}

/** `Index 5 is out of range at a.posts (3 items)` */
export function indexOutOfRange(index: number, length: number, place: Place): ResolutionProblem {
  return indexMissing(index, length, formatPlace(place));
}

/** The same for a place in words. */
export function indexMissing(index: number, length: number, where: string): ResolutionProblem {
  const items = length === 1 ? '1 item' : `${length} items`;
  return problem('IndexOutOfRange', `Index ${index} is out of range at ${where} (${items})`);
}

function problem(code: string, message: string, hint?: string): ResolutionProblem {
  return hint === undefined ? { code, message } : { code, message, hint };
}

/** A place in words: `step 'a'`, `input`, `a.posts[3].author`. */
export function describePlace(place: Place): string {
  const { reference, scope, gone } = place;
  return gone > 0 || scope.isVariable(reference.root) ? formatPlace(place) : `step '${plain(reference.root)}'`;
}

/** The path that was gone, with the item that each `[*]` stands for: `a.posts[3].author`. */
function formatPlace({ reference, gone, trail }: Place): string {
  let splats = 0;
  const segments = reference.segments.slice(0, gone).map((segment) => {
    if (segment.kind === 'field') return `.${plain(segment.name)}`;
    return `[${segment.kind === 'item' ? segment.index : (trail[splats++] ?? '*')}]`;
  });
  return `${plain(reference.root)}${segments.join('')}`;
}

function listNames(names: readonly string[]): string {
  if (names.length === 0) return 'none';
  const shown = names.slice(0, MOST_NAMES).map(plain).join(', ');
  return names.length > MOST_NAMES ? `${shown}, … (${names.length} in all)` : shown;
}

/** Every short name is near every other one. */
const SHORTEST_SUGGESTED = 3;

function suggest(name: string, names: readonly string[]): string | undefined {
  if (name.length < SHORTEST_SUGGESTED) return undefined;
  const nearest = nearestName(name, names.slice(0, MOST_NAMES));
  return nearest === undefined ? undefined : `did you mean ${plain(nearest)}?`;
}

/** A name as it is where it is short and cannot be mistaken for the message around it, else in quotes. */
function plain(name: string): string {
  return /^[^\s\p{C}'",.[\]{}]{1,60}$/u.test(name) ? name : quote(name);
}
