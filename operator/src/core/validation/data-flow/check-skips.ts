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
}

/** A reference without `or` to a step that may be skipped although the step that refers to it runs. */
export function checkSkip(use: ReferenceUse, { flow, guards, reach }: SkipContext): Issue[] {
  const { reference, node, path, isOptional } = use;
  const target = isOptional ? undefined : flow.graph.byName.get(reference.root);
  // That it can never run at all is told on its own.
  if (target === undefined || target === node || !reach.isAlive(target)) return [];
  const guard = guards.missingFor(target, node) ?? guardInside(target, use, { flow, guards });
  if (guard !== undefined) return [maySkip(target, guard, path)];
  return node !== undefined && isExitStep(node) && !isExitStep(target) ? [mayNotHaveRun(target, path)] : [];
}

/** In the results of a loop, an iteration has no result of a step that was skipped in it. */
function guardInside(
  loop: StepNode,
  { reference }: ReferenceUse,
  { flow, guards }: Pick<SkipContext, 'flow' | 'guards'>,
): Guard | undefined {
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
