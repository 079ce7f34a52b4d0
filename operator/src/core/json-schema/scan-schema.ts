import type { JsonObject, JsonValue } from '../../api/json.ts';
import type { IssuePath } from '../issue.ts';
import { quote } from '../quote.ts';
import { describeValue } from '../validation/describe-value.ts';
import { findExcess } from './find-excess.ts';
import { compilePattern, type Pattern } from './compile-pattern.ts';
import { isJsonObject, isKnownDialect, keywordShapes, retiredKeywords } from './keyword-shapes.ts';
import { schemaLimits } from './limits.ts';
import { resolveReference, rootUri, SchemaResources } from './schema-resources.ts';
import { ownValue } from './keyword-arguments.ts';

/** Why a schema cannot be used, and where in it. */
export interface SchemaProblem {
  readonly path: IssuePath;
  readonly message: string;
}

/** A schema inside a schema, and the resource that it belongs to. */
export interface SchemaPlace {
  readonly schema: JsonObject;
  readonly path: IssuePath;
  readonly resource: string;
}

/** All that stands inside a schema, looked over before any of it is evaluated. */
export interface ScannedSchema {
  readonly places: ReadonlyMap<JsonObject, SchemaPlace>;
  readonly patterns: ReadonlyMap<string, Pattern>;
  readonly resources: SchemaResources;
  /** What the `$ref` of a schema leads to. */
  readonly references: ReadonlyMap<JsonObject, JsonObject | boolean>;
  /** What the `$dynamicRef` of a schema leads to when nothing around it says otherwise. */
  readonly dynamicReferences: ReadonlyMap<JsonObject, JsonObject | boolean>;
}

/** A scan that goes on. */
interface Scan {
  readonly places: Map<JsonObject, SchemaPlace>;
  readonly patterns: Map<string, Pattern>;
  readonly resources: SchemaResources;
  readonly references: Map<JsonObject, JsonObject | boolean>;
  readonly dynamicReferences: Map<JsonObject, JsonObject | boolean>;
  /** Found, but not looked at. */
  readonly pending: SchemaPlace[];
  patternInstructions: number;
}

/**
 * Finds every schema inside a schema, its references and its patterns, and whether all of it can be used. No recursion:
 * what it guards is every recursion that comes after it. Nothing is ever fetched.
 */
export function scanSchema(
  root: JsonObject,
): { readonly scanned: ScannedSchema } | { readonly problem: SchemaProblem } {
  const excess = findExcess(root, schemaLimits.schema);
  if (excess !== undefined) return { problem: { path: [], message: excess } };
  const scan = newScan();
  scan.pending.push({ schema: root, path: [], resource: rootUri });
  const problem = scanPending(scan);
  return problem === undefined ? { scanned: scan } : { problem };
}

const tooMany: SchemaProblem = {
  path: [],
  message: `has more than ${schemaLimits.subschemas} schemas inside it`,
};

function newScan(): Scan {
  return {
    places: new Map(),
    patterns: new Map(),
    resources: new SchemaResources(),
    references: new Map(),
    dynamicReferences: new Map(),
    pending: [],
    patternInstructions: 0,
  };
}

/** References are followed when all resources are known; what they lead to may bring more. */
function scanPending(scan: Scan): SchemaProblem | undefined {
  let resolved = 0;
  while (scan.pending.length > 0) {
    for (let place = scan.pending.pop(); place !== undefined; place = scan.pending.pop()) {
      const problem = scanPlace(place, scan);
      if (problem !== undefined) return problem;
    }
    const places = [...scan.places.values()];
    for (const place of places.slice(resolved)) {
      const problem = followReferences(place, scan);
      if (problem !== undefined) return problem;
    }
    resolved = places.length;
  }
  return undefined;
}

function scanPlace({ schema, path, resource: outer }: SchemaPlace, scan: Scan): SchemaProblem | undefined {
  if (scan.places.has(schema)) return undefined;
  if (scan.places.size >= schemaLimits.subschemas) return tooMany;
  const resource = resourceOf(schema, outer);
  if (resource === undefined) return { path: [...path, '$id'], message: 'is no URI' };
  const place = { schema, path, resource };
  scan.places.set(schema, place);
  for (const [name, argument] of Object.entries(schema)) {
    const problem = scanKeyword(place, [name, argument], scan);
    if (problem !== undefined) return problem;
  }
  addAnchors(place, scan);
  return undefined;
}

function resourceOf(schema: JsonObject, outer: string): string | undefined {
  const id = textAt(schema, '$id');
  return id === undefined ? outer : resolveReference(outer, id)?.uri;
}

function addAnchors({ schema, path, resource }: SchemaPlace, { resources }: Scan): void {
  if (path.length === 0 || textAt(schema, '$id') !== undefined) resources.addRoot(resource, schema);
  const anchor = textAt(schema, '$anchor');
  const dynamicAnchor = textAt(schema, '$dynamicAnchor');
  if (anchor !== undefined) resources.addAnchor(resource, anchor, schema);
  if (dynamicAnchor !== undefined) resources.addDynamicAnchor(resource, dynamicAnchor, schema);
}

function scanKeyword(
  place: SchemaPlace,
  [name, argument]: readonly [string, JsonValue],
  scan: Scan,
): SchemaProblem | undefined {
  const here = { ...place, path: [...place.path, name] };
  const complaint = complaintAbout(name, argument);
  if (complaint !== undefined) return { path: here.path, message: complaint };
  const { inner, patterns } = keywordShapes.get(name) ?? {};
  return addSchemas(inner?.(argument) ?? [], here, scan) ?? addPatterns(patterns?.(argument) ?? [], here.path, scan);
}

function addSchemas(
  schemas: readonly (readonly [IssuePath, JsonValue])[],
  { path, resource }: SchemaPlace,
  { pending }: Scan,
): SchemaProblem | undefined {
  for (const [keys, schema] of schemas)
    if (isJsonObject(schema)) pending.push({ schema, path: [...path, ...keys], resource });
  return pending.length > schemaLimits.subschemas ? tooMany : undefined;
}

function complaintAbout(name: string, argument: JsonValue): string | undefined {
  const retired = retiredKeywords.get(name);
  if (retired !== undefined) return `is not known any more: ${retired}`;
  if (name === '$schema' && !(typeof argument === 'string' && isKnownDialect(argument)))
    return 'must be https://json-schema.org/draft/2020-12/schema, or be left out';
  const shape = keywordShapes.get(name);
  if (shape === undefined || shape.accepts(argument)) return undefined;
  return `must be ${shape.expected}, found ${describeValue(argument)}`;
}

function addPatterns(sources: readonly string[], path: IssuePath, scan: Scan): SchemaProblem | undefined {
  for (const source of sources) {
    if (scan.patterns.has(source)) continue;
    const compiled = compilePattern(source);
    if ('problem' in compiled) return { path, message: `the regular expression ${quote(source)} ${compiled.problem}` };
    scan.patterns.set(source, compiled.pattern);
    scan.patternInstructions += compiled.pattern.instructions;
    const { patterns, patternInstructions } = schemaLimits;
    if (scan.patterns.size > patterns || scan.patternInstructions > patternInstructions)
      return { path, message: 'the regular expressions of the schema are too many or too large' };
  }
  return undefined;
}

function followReferences(place: SchemaPlace, scan: Scan): SchemaProblem | undefined {
  return (
    followReference(place, '$ref', { found: scan.references, scan }) ??
    followReference(place, '$dynamicRef', { found: scan.dynamicReferences, scan })
  );
}

function followReference(
  { schema, path, resource }: SchemaPlace,
  keyword: '$ref' | '$dynamicRef',
  { found, scan }: { readonly found: Map<JsonObject, JsonObject | boolean>; readonly scan: Scan },
): SchemaProblem | undefined {
  const text = textAt(schema, keyword);
  if (text === undefined) return undefined;
  const target = resolveReference(resource, text);
  const referenced = target && scan.resources.find(target);
  if (target === undefined || referenced === undefined)
    return { path: [...path, keyword], message: `${quote(text)} ${missing(target?.uri, scan)}` };
  found.set(schema, referenced);
  if (isJsonObject(referenced))
    scan.pending.push({ schema: referenced, path: [...path, keyword], resource: target.uri });
  return undefined;
}

function missing(uri: string | undefined, { resources }: Scan): string {
  if (uri === undefined) return 'is no URI';
  return resources.has(uri) ? 'leads to nothing in the schema' : 'leads out of the schema: nothing is fetched';
}

/** The text under a keyword, if there is one. */
export function textAt(schema: JsonObject, keyword: string): string | undefined {
  const value = ownValue(schema, keyword);
  return typeof value === 'string' ? value : undefined;
}
