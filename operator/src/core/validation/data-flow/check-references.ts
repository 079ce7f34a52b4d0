import type { JsonObject, JsonValue } from '../../../api/json.ts';
import type { Issue } from '../../issue.ts';
import type { SchemaAt } from '../../json-schema/schema-at.ts';
import { isVisibleFrom, variablesAt } from '../../pipeline/scope-rules.ts';
import type { StepNode } from '../../pipeline/step-node.ts';
import type { Segment } from '../../template/reference.ts';
import { fieldNotFound, notAnArray } from '../../template/resolution-problems.ts';
import { nearestName } from '../nearest-name.ts';
import { exitStepAhead, insideLoop } from './check-step-names.ts';
import type { DataFlow } from './data-flow.ts';
import { cycleIssue } from './find-cycles.ts';
import type { KnownNames } from './known-names.ts';
import { problemIssue, type ReferenceUse } from './reference-uses.ts';
import type { ReferenceSchemas } from './reference-schemas.ts';
import { isExitStep } from './wait-graph.ts';

/** What the references of a Pipeline are held against. */
export interface ReferenceContext {
  readonly flow: DataFlow;
  readonly names: KnownNames;
  readonly schemas: ReferenceSchemas;
}

/** What is wrong with a reference: no such step, variable or field, or one that cannot be reached from there. */
export function checkReference(use: ReferenceUse, context: ReferenceContext): Issue[] {
  const outOfReach = checkRoot(use, context);
  if (outOfReach !== undefined) return [outOfReach];
  const found = context.schemas.of(use.reference, use.node);
  return 'schema' in found || 'unknown' in found ? [] : [partNotFound(use, found, context)];
}

function checkRoot(use: ReferenceUse, context: ReferenceContext): Issue | undefined {
  const { reference, node, path } = use;
  const { root } = reference;
  if (root === 'input') return undefined;
  if (node?.step.type === 'ml_serving' && path.at(-1) === 'serviceName') return notAnInput(root, path);
  if (isLoopVariable(root, node)) return undefined;
  const target = context.flow.graph.byName.get(root);
  if (target === undefined) return notFound(use, context);
  if (target === node) return use.isAfter ? undefined : { ...cycleIssue(node, [root]), path };
  const issue = whyOutOfReach(target, node);
  return issue && { ...issue, path };
}

/** What was served is taken down by its name when the run has ended, and inputs are all that is certain then. */
function notAnInput(name: string, path: Issue['path']): Issue {
  const message = `\`serviceName\` may refer to inputs of the run alone, not to '${name}'`;
  return {
    code: 'VariableOutOfScope',
    path,
    message,
    hint: 'take what tells runs apart from their inputs: {{input.<name>}}',
  };
}

function whyOutOfReach(target: StepNode, from: StepNode | undefined): Omit<Issue, 'path'> | undefined {
  const isVisible = from === undefined ? target.loop === undefined : isVisibleFrom(target, from);
  if (!isVisible) return insideLoop(target);
  return isExitStep(target) && (from === undefined || !isExitStep(from)) ? exitStepAhead(target) : undefined;
}

function isLoopVariable(name: string, node: StepNode | undefined): boolean {
  return node !== undefined && name !== 'run' && variablesAt(node).has(name);
}

function notFound({ reference: { root }, node, path }: ReferenceUse, { names }: ReferenceContext): Issue | undefined {
  if (root === 'run') {
    if (node !== undefined && isExitStep(node)) return undefined;
    const message = '`run` says how the run ended, which only exit steps can know';
    return { code: 'VariableOutOfScope', path, message, hint: 'move the step to `onExit`' };
  }
  const loop = names.loopOfVariable(root);
  if (loop !== undefined) return variableOutOfScope(root, loop, path);
  const variables = node === undefined ? ['input'] : [...variablesAt(node)].filter((name) => name !== 'run');
  return problemIssue(names.notFound(root, node, variables), path);
}

function variableOutOfScope(name: string, loop: StepNode, path: Issue['path']): Issue {
  return {
    code: 'VariableOutOfScope',
    path,
    message: `'${name}' is a variable of the loop '${loop.name}' and means nothing outside of its steps`,
    hint: `use it in a step of '${loop.name}', or take the results of the loop: {{${loop.name}.results[*]}}`,
  };
}

type Missing = Exclude<SchemaAt, { schema: JsonObject } | { unknown: true }>;

/** The words are those that a run would use. */
function partNotFound(use: ReferenceUse, missing: Missing, { schemas }: ReferenceContext): Issue {
  const { reference, node, path } = use;
  const { root, segments } = reference;
  const isVariable = root === 'input' || root === 'run' || isLoopVariable(root, node);
  const scope = { lookUp: () => undefined, stepNames: () => [], isVariable: () => isVariable };
  const gone = goneBefore(missing.at, segments);
  const before = schemas.of({ ...reference, segments: segments.slice(0, gone) }, node);
  const place = { reference, scope, gone, trail: [] };
  if ('notList' in missing) return problemIssue(notAnArray(missing.notList, sampleOf(before), place), path);
  const { missing: name, known } = missing;
  const sample = known.length > 0 ? Object.fromEntries(known.map((field) => [field, null])) : sampleOf(before);
  const { hint, ...problem } = fieldNotFound(name, sample, place);
  const nearest = nearestName(name, known);
  const better = nearest === undefined ? (hint ?? hintFor(root, known)) : `did you mean ${nearest}?`;
  return problemIssue({ ...problem, ...(better !== undefined && { hint: better }) }, path);
}

/** How many segments the path has that led to where nothing is found. */
function goneBefore(at: string, segments: readonly Segment[]): number {
  let text = '';
  for (const [gone, segment] of segments.entries()) {
    if (text.replace(/^\./, '') === at) return gone;
    text += segment.kind === 'field' ? `.${segment.name}` : segment.kind === 'item' ? `[${segment.index}]` : '[*]';
  }
  return segments.length;
}

function hintFor(root: string, known: readonly string[]): string | undefined {
  if (root === 'input') return 'declare it in `spec.parameters`';
  return known.length > 0 ? 'a schema that allows other fields says `additionalProperties: true`' : undefined;
}

/** A value of the type that a schema names, for the message; of several, the first. */
function sampleOf(found: SchemaAt): JsonValue {
  const type = 'schema' in found ? found.schema['type'] : undefined;
  const first = Array.isArray(type) ? (type[0] as JsonValue) : type;
  return typeof first === 'string' ? (samples.get(first) ?? null) : null;
}

const samples = new Map<string, JsonValue>([
  ['string', ''],
  ['number', 0],
  ['integer', 0],
  ['boolean', true],
  ['array', []],
  ['object', {}],
]);
