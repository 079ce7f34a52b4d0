import type { JsonObject, JsonValue } from '../../api/json.ts';
import { describeAlternatives } from './describe-alternatives.ts';
import { type Attempt, type Evaluation, nothingSeen, type Place } from './evaluation.ts';
import { isJsonObject } from './keyword-shapes.ts';
import { type Check, evaluate, type Keyword, type SchemaBuilder, type SchemaNode } from './schema-node.ts';
import { listOf, mapOf } from './keyword-arguments.ts';

/** Keywords that apply other schemas to the same value. */
export const keywordsInPlace: ReadonlyMap<string, Keyword> = new Map<string, Keyword>([
  ['$ref', reference],
  ['$dynamicRef', dynamicReference],
  ['allOf', allOf],
  ['anyOf', anyOf],
  ['oneOf', oneOf],
  ['not', not],
  ['if', condition],
  ['dependentSchemas', dependentSchemas],
]);

function reference(_argument: JsonValue, schema: JsonObject, builder: SchemaBuilder): Check {
  const node = builder.referenced(schema);
  return (place, evaluation) => fits(node, place, evaluation);
}

/** The outermost resource in which the anchor is dynamic decides, as the standard has it. */
function dynamicReference(_argument: JsonValue, schema: JsonObject, builder: SchemaBuilder): Check {
  const fallback = builder.dynamicallyReferenced(schema);
  const byResource = builder.dynamicTargets(schema);
  return (place, evaluation) => {
    const resource = evaluation.resources.find((uri) => byResource.has(uri));
    return fits((resource !== undefined && byResource.get(resource)) || fallback, place, evaluation);
  };
}

function allOf(argument: JsonValue, _schema: JsonObject, builder: SchemaBuilder): Check {
  const nodes = nodesOf(argument, builder);
  return (place, evaluation) => {
    let all = true;
    for (const node of nodes) {
      if (fits(node, place, evaluation)) continue;
      all = false;
      if (evaluation.isSilent) break;
    }
    return all;
  };
}

function anyOf(argument: JsonValue, _schema: JsonObject, builder: SchemaBuilder): Check {
  const nodes = nodesOf(argument, builder);
  return (place, evaluation) => {
    const attempts = attemptAll(nodes, place, evaluation);
    return attempts.some(({ holds }) => holds) || evaluation.adopt(describeAlternatives(attempts, place));
  };
}

function oneOf(argument: JsonValue, _schema: JsonObject, builder: SchemaBuilder): Check {
  const nodes = nodesOf(argument, builder);
  return (place, evaluation) => {
    const attempts = attemptAll(nodes, place, evaluation);
    const fitting = attempts.filter(({ holds }) => holds).length;
    if (fitting === 1) return true;
    if (fitting === 0) return evaluation.adopt(describeAlternatives(attempts, place));
    return evaluation.report(place, 'oneOf', `fits ${fitting} of ${nodes.length} alternatives, must fit exactly one`);
  };
}

/** All alternatives are looked at even when one fits: each may have something to say about what was seen. */
function attemptAll(nodes: readonly SchemaNode[], place: Place, evaluation: Evaluation): readonly Attempt[] {
  return nodes.map((node) => evaluation.attempt(() => fits(node, place, evaluation)));
}

function not(argument: JsonValue, _schema: JsonObject, builder: SchemaBuilder): Check {
  const node = builder.node(argument);
  return (place, evaluation) =>
    !evaluation.silently(() => evaluate(node, { ...place, seen: freshOf(place) }, evaluation)) ||
    evaluation.report(place, 'not', 'must not be of the kind that `not` describes');
}

function condition(argument: JsonValue, schema: JsonObject, builder: SchemaBuilder): Check | undefined {
  const test = builder.node(argument);
  const then = schema['then'] === undefined ? undefined : builder.node(schema['then']);
  const otherwise = schema['else'] === undefined ? undefined : builder.node(schema['else']);
  return (place, evaluation) => {
    const branch = evaluation.silently(() => fits(test, place, evaluation)) ? then : otherwise;
    return branch === undefined || fits(branch, place, evaluation);
  };
}

function dependentSchemas(argument: JsonValue, _schema: JsonObject, builder: SchemaBuilder): Check {
  const nodes = Object.entries(mapOf(argument)).map(([name, schema]) => [name, builder.node(schema)] as const);
  return (place, evaluation) => {
    const { value } = place;
    if (!isJsonObject(value)) return true;
    evaluation.spend(nodes.length);
    return nodes.filter(([name, node]) => Object.hasOwn(value, name) && !fits(node, place, evaluation)).length === 0;
  };
}

const nodesOf = (argument: JsonValue, builder: SchemaBuilder) => listOf(argument).map((schema) => builder.node(schema));

const freshOf = ({ seen }: Place) => (seen === undefined ? undefined : nothingSeen());

/** Steps that it takes to remember what was seen. */
const REMEMBERING = 4;

/** Applies a schema to the same place. What it has seen counts only when the place fits it. */
function fits(node: SchemaNode, place: Place, evaluation: Evaluation): boolean {
  if (place.seen === undefined) return evaluate(node, place, evaluation);
  const seen = nothingSeen();
  const holds = evaluate(node, { ...place, seen }, evaluation);
  if (!holds) return false;
  evaluation.spend(REMEMBERING + seen.names.size + seen.indexes.size);
  for (const name of seen.names) place.seen.names.add(name);
  for (const index of seen.indexes) place.seen.indexes.add(index);
  return true;
}
