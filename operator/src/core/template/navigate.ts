import type { JsonValue } from '../../api/json.ts';
import { parsePath } from './parse-path.ts';
import type { Reference, Segment } from './reference.ts';
import { fieldNotFound, indexOutOfRange, notAnArray, stepNotFound, type Place } from './resolution-problems.ts';
import type { ResolutionProblem, Resolved, Scope } from './scope.ts';
import { SizeBudget } from './size-budget.ts';

/** The value that a reference stands for. It shares its structure with what the scope holds. */
export function resolveReference(reference: Reference, scope: Scope, budget = new SizeBudget()): Resolved<JsonValue> {
  const root = scope.lookUp(reference.root);
  if (root === undefined) return { problem: stepNotFound(reference.root, scope) };
  return navigate(root, reference, scope, budget);
}

/**
 * Goes from the value of a reference's root along its path. Each `[*]` makes a list of what the rest of the path finds
 * in every item; another `[*]` further on adds to the same list, so that `posts[*].tags[*]` is one flat list of tags and
 * `posts[*].tags` a list of lists. Only own fields of objects are found.
 */
export function navigate(
  value: JsonValue,
  reference: Reference,
  scope: Scope,
  budget = new SizeBudget(),
): Resolved<JsonValue> {
  const walk: Walk = { reference, scope, budget, trail: [], found: [] };
  const problem = go(walk, value, 0);
  if (problem !== undefined) return { problem };
  if (reference.segments.some(({ kind }) => kind === 'splat')) return { value: walk.found };
  return { value: walk.found[0] ?? null };
}

/** What stands at a path such as `profile.posts[0].text` in a value; undefined when nothing does. */
export function readPath(value: JsonValue, path: string): JsonValue | undefined {
  const parsed = parsePath(path);
  if ('problem' in parsed) return undefined;
  const { root, segments } = parsed.reference;
  const field: Segment = { kind: 'field', name: root };
  const found = navigate(value, { root: '', segments: [field, ...segments], text: path }, nothingElse);
  return 'problem' in found ? undefined : found.value;
}

const nothingElse: Scope = { lookUp: () => undefined, stepNames: () => [], isVariable: () => true };

interface Walk {
  readonly reference: Reference;
  readonly scope: Scope;
  readonly budget: SizeBudget;
  /** Which item each `[*]` on the way stands for now. */
  readonly trail: number[];
  readonly found: JsonValue[];
}

/** Recursion only at each `[*]`. */
function go(walk: Walk, start: JsonValue, from: number): ResolutionProblem | undefined {
  const { segments } = walk.reference;
  let value = start;
  for (let index = from; index < segments.length; index += 1) {
    const segment = segments[index];
    if (segment === undefined) break;
    if (segment.kind === 'splat') return goThroughItems(walk, value, index);
    const next = step(segment, value, placeAt(walk, index));
    if ('problem' in next) return next.problem;
    value = next.value;
  }
  walk.found.push(value);
  return undefined;
}

function goThroughItems(walk: Walk, list: JsonValue, index: number): ResolutionProblem | undefined {
  if (!isList(list)) return notAnArray('[*]', list, placeAt(walk, index));
  const excess = walk.budget.spend({ characters: 0, values: list.length, depth: 0 });
  if (excess !== undefined) return excess;
  for (const [position, item] of list.entries()) {
    walk.trail.push(position);
    const problem = go(walk, item, index + 1);
    if (problem !== undefined) return problem;
    walk.trail.pop();
  }
  return undefined;
}

function step(segment: Exclude<Segment, { kind: 'splat' }>, value: JsonValue, place: Place): Resolved<JsonValue> {
  return segment.kind === 'field' ? fieldOf(segment.name, value, place) : itemOf(segment.index, value, place);
}

function fieldOf(name: string, value: JsonValue, place: Place): Resolved<JsonValue> {
  const isObject = typeof value === 'object' && value !== null && !isList(value);
  const field = isObject && Object.hasOwn(value, name) ? value[name] : undefined;
  return field === undefined ? { problem: fieldNotFound(name, value, place) } : { value: field };
}

function itemOf(index: number, value: JsonValue, place: Place): Resolved<JsonValue> {
  if (!isList(value)) return { problem: notAnArray(`[${index}]`, value, place) };
  const item = value[index];
  return item === undefined ? { problem: indexOutOfRange(index, value.length, place) } : { value: item };
}

const isList = (value: JsonValue): value is readonly JsonValue[] => Array.isArray(value);

const placeAt = ({ reference, scope, trail }: Walk, gone: number): Place => ({ reference, scope, trail, gone });
