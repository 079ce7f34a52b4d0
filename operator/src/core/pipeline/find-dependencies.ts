import type { JsonValue } from '../../api/json.ts';
import type { Step } from '../../api/step/step.ts';
import { compileExpression } from '../expression/expression.ts';
import { findReferences } from '../template/find-references.ts';
import { isInside, isVisibleFrom, variablesAt } from './scope-rules.ts';
import { expressionFields, orEntries, templateFields } from './step-templates.ts';
import type { Dependency, StepNode, UnknownStep } from './step-node.ts';

interface Found {
  readonly dependencies: readonly Dependency[];
  /** Names in `dependsOn` that are no steps. */
  readonly unknown: readonly UnknownStep[];
}

/** What a step waits for: what it names in `dependsOn`, and what its templates and expressions refer to. */
export function findDependencies(node: StepNode, byName: ReadonlyMap<string, StepNode>): Found {
  const found = new Map<StepNode, Dependency>();
  const add = (dependency: Dependency): void => {
    const before = found.get(dependency.on);
    found.set(dependency.on, before === undefined ? dependency : strongest(before, dependency));
  };
  const unknown: UnknownStep[] = [];
  for (const [index, name] of (node.step.dependsOn ?? []).entries()) {
    const on = byName.get(name);
    if (on === undefined) unknown.push({ name, path: [...node.path, 'dependsOn', index], as: 'dependsOn' });
    else if (isVisibleFrom(on, node)) add({ on, until: 'succeeded', by: 'dependsOn' });
  }
  const variables = variablesAt(node);
  for (const { root, until } of rootsOf(node.step)) {
    const on = variables.has(root) ? undefined : byName.get(root);
    if (on === undefined || !isVisibleFrom(on, node)) continue;
    // What is read when the result is there may speak of the step itself and of its parts.
    if (until === 'result' ? !isInside(on, node) : on !== node)
      add({ on, until: until === 'ended' ? 'ended' : 'succeeded', by: until === 'ended' ? 'or' : 'template' });
  }
  return { dependencies: [...found.values()], unknown };
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
  for (const { text, read } of expressionFields(step)) {
    const compiled = compileExpression(text);
    if ('expression' in compiled)
      for (const { root } of compiled.expression.references) yield { root, until: read === 'outside' ? 'input' : read };
  }
  // What people are shown must be there, but need not have succeeded.
  for (const path of step.type === 'approval' ? (step.show ?? []) : [])
    yield { root: /^[^.[]*/.exec(path)?.[0] ?? '', until: 'ended' };
}

function* rootsIn(value: JsonValue, until: Root['until']): Generator<Root> {
  for (const { reference } of findReferences(value)) yield { root: reference.root, until };
}
