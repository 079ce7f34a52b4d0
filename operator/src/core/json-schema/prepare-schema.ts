import type { JsonObject, JsonValue } from '../../api/json.ts';
import { keywordsForAny } from './keywords-any.ts';
import { isJsonObject } from './keyword-shapes.ts';
import { keywordsInPlace } from './keywords-in-place.ts';
import { keywordsForLists, unevaluatedItems } from './keywords-list.ts';
import { keywordsForNumbersAndText } from './keywords-number-text.ts';
import { keywordsForObjects, unevaluatedProperties } from './keywords-object.ts';
import { type ScannedSchema, scanSchema, type SchemaProblem, textAt } from './scan-schema.ts';
import type { Check, Keyword, SchemaBuilder, SchemaNode } from './schema-node.ts';

/** A schema that can be used. */
export interface PreparedSchema {
  readonly root: SchemaNode;
  readonly nodes: ReadonlyMap<JsonObject, SchemaNode>;
  readonly scanned: ScannedSchema;
  /** Whether some part of it asks what no other part has looked at. */
  readonly tracksSeen: boolean;
}

/** A schema that can be used, or why it cannot. */
export type Preparation = { readonly prepared: PreparedSchema } | { readonly problem: SchemaProblem };

/** In the order in which they have to be checked: what was left over is asked last. */
const keywords: ReadonlyMap<string, Keyword> = new Map([
  ...keywordsForAny,
  ...keywordsForNumbersAndText,
  ...keywordsForLists,
  ...keywordsForObjects,
  ...keywordsInPlace,
  ['unevaluatedItems', unevaluatedItems],
  ['unevaluatedProperties', unevaluatedProperties],
]);

const preparations = new WeakMap<JsonObject, Preparation>();

/** Makes a schema ready to be used. The work is done once for each object, which must not change afterwards. */
export function prepareSchema(schema: JsonObject): Preparation {
  const known = preparations.get(schema);
  if (known !== undefined) return known;
  const scan = scanSchema(schema);
  const preparation = 'problem' in scan ? scan : { prepared: buildSchema(schema, scan.scanned) };
  preparations.set(schema, preparation);
  return preparation;
}

/** A node that is filled after all nodes are there, because schemas refer to each other. */
interface OpenNode extends SchemaNode {
  readonly checks: Check[];
}

const anything: SchemaNode = { checks: [], resource: '', isNever: false };
const nothing: SchemaNode = {
  checks: [(place, evaluation) => evaluation.report(place, 'false', 'must be left out')],
  resource: '',
  isNever: true,
};

function buildSchema(schema: JsonObject, scanned: ScannedSchema): PreparedSchema {
  const nodes = new Map<JsonObject, OpenNode>();
  for (const { schema: inner, resource } of scanned.places.values())
    nodes.set(inner, { checks: [], resource, isNever: false });
  const builder = builderOf(scanned, nodes);
  for (const [inner, node] of nodes) node.checks.push(...checksOf(inner, builder));
  const tracksSeen = [...nodes.keys()].some(
    (inner) => Object.hasOwn(inner, 'unevaluatedItems') || Object.hasOwn(inner, 'unevaluatedProperties'),
  );
  return { root: builder.node(schema), nodes, scanned, tracksSeen };
}

function builderOf(scanned: ScannedSchema, nodes: ReadonlyMap<JsonObject, SchemaNode>): SchemaBuilder {
  const node = (schema: JsonValue | undefined): SchemaNode => {
    const found = isJsonObject(schema) ? nodes.get(schema) : schema === false ? nothing : anything;
    if (found === undefined) throw new Error('a schema was not found when the whole was scanned');
    return found;
  };
  return {
    node,
    referenced: (schema) => node(scanned.references.get(schema)),
    dynamicallyReferenced: (schema) => node(scanned.dynamicReferences.get(schema)),
    dynamicTargets: (schema) => dynamicTargets(schema, scanned, node),
    pattern: (source) => {
      const pattern = scanned.patterns.get(source);
      if (pattern === undefined) throw new Error('a pattern was not found when the schema was scanned');
      return pattern;
    },
  };
}

/** None where the reference leads to an ordinary anchor: then it is an ordinary reference. */
function dynamicTargets(
  schema: JsonObject,
  { dynamicReferences, resources }: ScannedSchema,
  node: SchemaBuilder['node'],
): ReadonlyMap<string, SchemaNode> {
  const target = dynamicReferences.get(schema);
  const name = isJsonObject(target) ? textAt(target, '$dynamicAnchor') : undefined;
  const isDynamic = name !== undefined && textAt(schema, '$dynamicRef')?.endsWith(`#${name}`) === true;
  if (!isDynamic) return new Map();
  return new Map([...resources.dynamicAnchors(name)].map(([uri, found]) => [uri, node(found)]));
}

function checksOf(schema: JsonObject, builder: SchemaBuilder): Check[] {
  const checks: Check[] = [];
  for (const [name, keyword] of keywords) {
    if (!Object.hasOwn(schema, name)) continue;
    const check = keyword(schema[name] ?? null, schema, builder);
    if (check !== undefined) checks.push(check);
  }
  return checks;
}
