import type { JsonObject, JsonValue } from '../../api/json.ts';
import type { Evaluation, Place } from './evaluation.ts';
import type { Pattern } from './compile-pattern.ts';

/** Whether a place fits one keyword; what does not fit is reported to the evaluation. */
export type Check = (place: Place, evaluation: Evaluation) => boolean;

/** A schema, ready to be evaluated. */
export interface SchemaNode {
  /** The checks of its keywords, in the order in which they have to be made. */
  readonly checks: readonly Check[];
  /** URI of the resource that it belongs to. */
  readonly resource: string;
  /** Set for `false`, which nothing fits. */
  readonly isNever: boolean;
}

/** What a keyword can ask for while it is made ready. */
export interface SchemaBuilder {
  /** The node of a schema that stands inside this one. */
  node(schema: JsonValue): SchemaNode;
  /** The node that a `$ref` of this schema leads to. */
  referenced(schema: JsonObject): SchemaNode;
  /** The node that a `$dynamicRef` of this schema leads to when nothing around it says otherwise. */
  dynamicallyReferenced(schema: JsonObject): SchemaNode;
  /** The nodes that have the `$dynamicAnchor` which a `$dynamicRef` names, by resource; none when it is an ordinary one. */
  dynamicTargets(schema: JsonObject): ReadonlyMap<string, SchemaNode>;
  pattern(text: string): Pattern;
}

/** Makes a keyword's check from its argument, the schema it stands in, and what stands around it. */
export type Keyword = (argument: JsonValue, schema: JsonObject, builder: SchemaBuilder) => Check | undefined;

/** Checks a place against a schema. */
export function evaluate(node: SchemaNode, place: Place, evaluation: Evaluation): boolean {
  evaluation.enter();
  const entersResource = evaluation.resources.at(-1) !== node.resource;
  if (entersResource) evaluation.resources.push(node.resource);
  let holds = true;
  for (const check of node.checks) {
    if (check(place, evaluation)) continue;
    holds = false;
    if (evaluation.isSilent) break;
  }
  if (entersResource) evaluation.resources.pop();
  evaluation.leave();
  return holds;
}
