import type { JsonValue } from '../../api/json.ts';
import { resolveReference } from './navigate.ts';
import { isTemplate, parseTemplate, type TemplatePart } from './parse-template.ts';
import type { Resolved, Scope } from './scope.ts';
import { measureValue, SizeBudget } from './size-budget.ts';

/**
 * A value with the references in its texts resolved, through lists and objects. A text that is one reference and
 * nothing else becomes the value itself, of whatever type; inside other text strings are put as they are and the rest as
 * JSON. What is put in is never read as a template again; keys are no templates. Parts without references stay the same
 * objects. One `budget` may be shared by what belongs together.
 */
export function resolveTemplates(value: JsonValue, scope: Scope, budget = new SizeBudget()): Resolved<JsonValue> {
  return resolve(value, { scope, budget, depth: 0 });
}

interface Place {
  readonly scope: Scope;
  readonly budget: SizeBudget;
  /** Lists and objects around. */
  readonly depth: number;
}

function resolve(value: JsonValue, place: Place): Resolved<JsonValue> {
  if (typeof value === 'string' && isTemplate(value)) return resolveText(value, place);
  if (typeof value !== 'object' || value === null) return spend(value, place);
  const problem = place.budget.spend({ characters: 2, values: 1, depth: 1 }, place.depth);
  if (problem !== undefined) return { problem };
  const inside = { ...place, depth: place.depth + 1 };
  return isList(value) ? resolveList(value, inside) : resolveObject(value, inside);
}

function resolveList(list: readonly JsonValue[], place: Place): Resolved<JsonValue> {
  const items: JsonValue[] = [];
  for (const item of list) {
    const resolved = resolve(item, place);
    if ('problem' in resolved) return resolved;
    items.push(resolved.value);
  }
  return { value: items.every((item, index) => item === list[index]) ? list : items };
}

function resolveObject(object: Readonly<Record<string, JsonValue>>, place: Place): Resolved<JsonValue> {
  const entries: [string, JsonValue][] = [];
  let isSame = true;
  for (const [key, field] of Object.entries(object)) {
    const resolved = resolve(field, place);
    if ('problem' in resolved) return resolved;
    isSame &&= resolved.value === field;
    entries.push([key, resolved.value]);
  }
  return { value: isSame ? object : Object.fromEntries(entries) };
}

function resolveText(text: string, place: Place): Resolved<JsonValue> {
  const template = parseTemplate(text);
  if ('problem' in template) return { problem: template.problem };
  const [first] = template.parts;
  if (template.parts.length === 1 && first !== undefined) return resolvePart(first, place);
  let rendered = '';
  for (const part of template.parts) {
    const resolved = resolvePart(part, place);
    if ('problem' in resolved) return resolved;
    rendered += render(resolved.value);
  }
  return { value: rendered };
}

function resolvePart(part: TemplatePart, place: Place): Resolved<JsonValue> {
  if (part.kind === 'text') return spend(part.text, place);
  const resolved = resolveReference(part.reference, place.scope, place.budget);
  return 'problem' in resolved ? resolved : spend(resolved.value, place);
}

/** Before it is rendered or passed on, a value is measured: neither may take more than the budget. */
function spend(value: JsonValue, { budget, depth }: Place): Resolved<JsonValue> {
  const problem = budget.spend(measureValue(value), depth);
  return problem === undefined ? { value } : { problem };
}

const render = (value: JsonValue) => (typeof value === 'string' ? value : JSON.stringify(value));

const isList = (value: JsonValue): value is readonly JsonValue[] => Array.isArray(value);
