import type { Issue } from '../../issue.ts';
import type { StepNode } from '../../pipeline/step-node.ts';
import type { DataFlow } from './data-flow.ts';
import type { Guard, Guards } from './guards.ts';
import type { Reach } from './reach.ts';
import type { ReferenceUse } from './reference-uses.ts';
import { isExitStep } from './wait-graph.ts';

/** What is known of which steps run. */
export interface SkipContext {
  readonly flow: DataFlow;
  readonly guards: Guards;
  readonly reach: Reach;
  /** What is said of them is that they wait for each other. */
  readonly inCycles: ReadonlySet<StepNode>;
}

/** A reference without `or` to a step that may be skipped although the step that refers to it runs. */
export function checkSkip(use: ReferenceUse, context: SkipContext): Issue[] {
  const { reference, node, path, isOptional } = use;
  const target = isOptional ? undefined : context.flow.graph.byName.get(reference.root);
  if (target === undefined || target === node || isToldAlready(target, context)) return [];
  const guard = context.guards.missingFor(target, node) ?? guardInside(target, use, context);
  if (guard !== undefined) return [maySkip(target, guard, path)];
  return node !== undefined && isExitStep(node) && !isExitStep(target) ? [mayNotHaveRun(target, path)] : [];
}

/** That a step can never run, or only waits, is an issue of its own. */
function isToldAlready(target: StepNode, { reach, inCycles }: SkipContext): boolean {
  return inCycles.has(target) || !reach.isAlive(target);
}

/** In the results of a loop, an iteration has no result of a step that was skipped in it. */
function guardInside(loop: StepNode, { reference }: ReferenceUse, { flow, guards }: SkipContext): Guard | undefined {
  const [results, iteration, child] = reference.segments;
  if (results?.kind !== 'field' || results.name !== 'results' || iteration?.kind === 'field') return undefined;
  const inside = child?.kind === 'field' ? flow.graph.byName.get(child.name) : undefined;
  return inside?.loop === loop ? guards.addedInside(inside, loop) : undefined;
}

function maySkip({ name }: StepNode, { node, words }: Guard, path: Issue['path']): Issue {
  const why = node.name === name ? `it ${words}` : `it needs '${node.name}', which ${words}`;
  return {
    code: 'MayBeSkipped',
    path,
    message: `step '${name}' may be skipped: ${why}`,
    hint: 'take the value with `or` and something to fall back on, or put this step under the same condition',
  };
}

function mayNotHaveRun({ name }: StepNode, path: Issue['path']): Issue {
  return {
    code: 'MayBeSkipped',
    severity: 'warning',
    path,
    message: `exit steps run however the run ended, and step '${name}' may not have run by then`,
    hint: 'take the value with `or` and something to fall back on',
  };
}
