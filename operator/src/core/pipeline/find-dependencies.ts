import type { JsonValue } from '../../api/json.ts';
import type { Step } from '../../api/step/step.ts';
import { compileExpression } from '../expression/expression.ts';
import { findReferences } from '../template/find-references.ts';
import { isInside, isVisibleFrom, variablesAt } from './scope-rules.ts';
import { type ExpressionField, expressionFields, orEntries, templateFields } from './step-templates.ts';
import type { Dependency, StepNode, UnknownStep } from './step-node.ts';

interface Found {
  readonly dependencies: readonly Dependency[];
  /** Names in `dependsOn` that are no steps. */
  readonly unknown: readonly UnknownStep[];
}

/** What a step waits for: what it names in `dependsOn`, and what its templates and expressions refer to. */
export function findDependencies(node: StepNode, byName: ReadonlyMap<string, StepNode>): Found {
  const found = new Map<StepNode, Dependency>();
  for (const dependency of [...namedDependencies(node, byName), ...impliedDependencies(node, byName)]) {
    const before = found.get(dependency.on);
    found.set(dependency.on, before === undefined ? dependency : strongest(before, dependency));
  }
  const unknown = (node.step.dependsOn ?? []).flatMap((name, index): UnknownStep[] =>
    byName.has(name) ? [] : [{ name, path: [...node.path, 'dependsOn', index], as: 'dependsOn' }],
  );
  return { dependencies: [...found.values()], unknown };
}

/** The parts of a step that its own assets, checks and routes refer to: these are read when its result is there. */
export function partsReferredTo(node: StepNode, byName: ReadonlyMap<string, StepNode>): StepNode[] {
  const variables = variablesAt(node);
  return [...rootsOf(node.step)].flatMap(({ root, until }): StepNode[] => {
    const part = until !== 'result' || variables.has(root) ? undefined : byName.get(root);
    const isPart = part !== undefined && part !== node && isInside(part, node) && isVisibleFrom(part, node);
    return isPart ? [part] : [];
  });
}

function namedDependencies(node: StepNode, byName: ReadonlyMap<string, StepNode>): Dependency[] {
  const named = (node.step.dependsOn ?? []).flatMap((name) => byName.get(name) ?? []);
  return named.filter((on) => isVisibleFrom(on, node)).map((on) => ({ on, until: 'succeeded', by: 'dependsOn' }));
}

function impliedDependencies(node: StepNode, byName: ReadonlyMap<string, StepNode>): Dependency[] {
  const variables = variablesAt(node);
  return [...rootsOf(node.step)].flatMap(({ root, until }): Dependency[] => {
    const on = variables.has(root) ? undefined : byName.get(root);
    if (on === undefined || !isVisibleFrom(on, node)) return [];
    // What is read when the result is there may speak of the step itself and of its parts.
    if (until === 'result' ? isInside(on, node) : on === node) return [];
    return [until === 'ended' ? { on, until, by: 'or' } : { on, until: 'succeeded', by: 'template' }];
  });
}

/** Both at once: it must have succeeded if either says so, and its result is read if either reads it. */
function strongest(one: Dependency, other: Dependency): Dependency {
  const until = one.until === 'succeeded' || other.until === 'succeeded' ? 'succeeded' : 'ended';
  if (until === 'ended') return one;
  return { on: one.on, until, by: one.by === 'dependsOn' && other.by === 'dependsOn' ? 'dependsOn' : 'template' };
}

interface Root {
  readonly root: string;
  readonly until: 'input' | 'result' | 'ended';
}

/** The names that a step's templates and expressions begin with. */
function* rootsOf(step: Step): Generator<Root> {
  for (const { value, read } of templateFields(step)) yield* rootsIn(value, read);
  for (const { value } of orEntries(step)) yield* rootsIn(value, 'ended');
  for (const field of expressionFields(step)) yield* rootsOfExpression(field);
  // What people are shown must be there, but need not have succeeded.
  for (const path of step.type === 'approval' ? (step.show ?? []) : [])
    yield { root: /^[^.[]*/.exec(path)?.[0] ?? '', until: 'ended' };
}

function* rootsOfExpression({ text, read }: ExpressionField): Generator<Root> {
  const compiled = compileExpression(text);
  const references = 'expression' in compiled ? compiled.expression.references : [];
  for (const { root } of references) yield { root, until: read === 'result' ? 'result' : 'input' };
}

function* rootsIn(value: JsonValue, until: Root['until']): Generator<Root> {
  for (const { reference } of findReferences(value)) yield { root: reference.root, until };
}
