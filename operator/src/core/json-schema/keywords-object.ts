import type { JsonObject, JsonValue } from '../../api/json.ts';
import { quote } from '../quote.ts';
import { suggestName } from '../validation/nearest-name.ts';
import { type Evaluation, type Place, placeBelow } from './evaluation.ts';
import { matches } from './keywords-number-text.ts';
import { isJsonObject } from './keyword-shapes.ts';
import { type Check, evaluate, type Keyword, type SchemaBuilder, type SchemaNode } from './schema-node.ts';
import { mapOf, ownValue, textsOf } from './keyword-arguments.ts';

/** Keywords for objects; values of other types pass them. */
export const keywordsForObjects: ReadonlyMap<string, Keyword> = new Map<string, Keyword>([
  ['required', required],
  ['dependentRequired', dependentRequired],
  ['properties', properties],
  ['patternProperties', patternProperties],
  ['additionalProperties', additionalProperties],
  ['propertyNames', propertyNames],
  ['minProperties', size('minProperties', 'at least', (count, limit) => count >= limit)],
  ['maxProperties', size('maxProperties', 'at most', (count, limit) => count <= limit)],
]);

function required(argument: JsonValue): Check {
  const names = textsOf(argument);
  return onObject((place, object, evaluation) =>
    every(names, evaluation, (name) => Object.hasOwn(object, name) || missing(place, name, evaluation)),
  );
}

function missing(place: Place, name: string, evaluation: Evaluation): false {
  return evaluation.report(place, 'required', () => ({ below: [name], message: 'is required' }));
}

function dependentRequired(argument: JsonValue): Check {
  const dependencies = Object.entries(mapOf(argument));
  return onObject((place, object, evaluation) =>
    every(dependencies, evaluation, ([name, needed]) => {
      if (!Object.hasOwn(object, name)) return true;
      return every(textsOf(needed), evaluation, (other) => {
        if (Object.hasOwn(object, other)) return true;
        return evaluation.report(place, 'dependentRequired', () => ({
          below: [other],
          message: `is required beside ${shown(name)}`,
        }));
      });
    }),
  );
}

function properties(argument: JsonValue, _schema: JsonObject, builder: SchemaBuilder): Check {
  const nodes = Object.entries(mapOf(argument)).map(([name, schema]) => [name, builder.node(schema)] as const);
  return onObject((place, object, evaluation) =>
    every(nodes, evaluation, ([name, node]) => {
      const value = ownValue(object, name);
      return value === undefined || isFieldFit(node, { place, name, value }, evaluation);
    }),
  );
}

function patternProperties(argument: JsonValue, _schema: JsonObject, builder: SchemaBuilder): Check {
  const nodes = Object.entries(mapOf(argument)).map(
    ([source, schema]) => ({ pattern: builder.pattern(source), node: builder.node(schema) }) as const,
  );
  return onObject((place, object, evaluation) =>
    every(Object.entries(object), evaluation, ([name, value]) =>
      every(
        nodes,
        evaluation,
        ({ pattern, node }) =>
          !matches(pattern, name, evaluation) || isFieldFit(node, { place, name, value }, evaluation),
      ),
    ),
  );
}

function additionalProperties(argument: JsonValue, schema: JsonObject, builder: SchemaBuilder): Check {
  const node = builder.node(argument);
  const listed = Object.keys(mapOf(schema['properties']));
  const known = new Set(listed);
  const patterns = Object.keys(mapOf(schema['patternProperties'])).map((source) => builder.pattern(source));
  return onObject((place, object, evaluation) =>
    every(Object.entries(object), evaluation, ([name, value]) => {
      if (known.has(name) || patterns.some((pattern) => matches(pattern, name, evaluation))) return true;
      if (node.isNever) return unknown(place, { name, listed }, evaluation);
      return isFieldFit(node, { place, name, value }, evaluation);
    }),
  );
}

/** What no other keyword of the schema, nor of those it applies in place, has looked at. */
export function unevaluatedProperties(argument: JsonValue, schema: JsonObject, builder: SchemaBuilder): Check {
  const node = builder.node(argument);
  const listed = Object.keys(mapOf(schema['properties']));
  return onObject((place, object, evaluation) =>
    every(Object.entries(object), evaluation, ([name, value]) => {
      if (place.seen?.names.has(name) === true) return true;
      if (node.isNever) return unknown(place, { name, listed }, evaluation);
      return isFieldFit(node, { place, name, value }, evaluation);
    }),
  );
}

function unknown(
  place: Place,
  { name, listed }: { readonly name: string; readonly listed: readonly string[] },
  evaluation: Evaluation,
): false {
  return evaluation.report(place, 'additionalProperties', () => ({
    below: [name],
    message: 'is not known here',
    hint: suggestName(name, listed.slice(0, 1000), 'fields here'),
  }));
}

function propertyNames(argument: JsonValue, _schema: JsonObject, builder: SchemaBuilder): Check {
  const node = builder.node(argument);
  return onObject((place, object, evaluation) =>
    every(Object.keys(object), evaluation, (name) => {
      const below = placeBelow(place, name, name, evaluation);
      const { holds, findings } = evaluation.attempt(() => evaluate(node, below, evaluation));
      if (holds) return true;
      const why = findings[0]?.message ?? 'is not allowed';
      return evaluation.report(place, 'propertyNames', () => ({
        below: [name],
        message: `is not allowed as a name: it ${why}`,
      }));
    }),
  );
}

function size(name: string, words: string, holds: (count: number, limit: number) => boolean): Keyword {
  return (argument) => {
    const limit = Number(argument);
    return onObject((place, object, evaluation) => {
      const count = Object.keys(object).length;
      evaluation.spend(count);
      if (holds(count, limit)) return true;
      const fields = limit === 1 ? 'field' : 'fields';
      return evaluation.report(place, name, `must have ${words} ${limit} ${fields}, has ${count}`);
    });
  };
}

interface Field {
  readonly place: Place;
  readonly name: string;
  readonly value: JsonValue;
}

function isFieldFit(node: SchemaNode, { place, name, value }: Field, evaluation: Evaluation): boolean {
  place.seen?.names.add(name);
  return evaluate(node, placeBelow(place, name, value, evaluation), evaluation);
}

const shown = (name: string) => (/^[\w-]{1,64}$/.test(name) ? name : quote(name));

function onObject(check: (place: Place, object: JsonObject, evaluation: Evaluation) => boolean): Check {
  return (place, evaluation) => !isJsonObject(place.value) || check(place, place.value, evaluation);
}

/** Looks at each part, or up to the first that does not fit where only the answer counts. */
function every<Part>(parts: readonly Part[], evaluation: Evaluation, holds: (part: Part) => boolean): boolean {
  let all = true;
  for (const part of parts) {
    evaluation.spend(2);
    if (holds(part)) continue;
    all = false;
    if (evaluation.isSilent) break;
  }
  return all;
}
