import type { StepNode } from '../../pipeline/step-node.ts';
import type { DataFlow } from './data-flow.ts';
import type { Guards } from './guards.ts';
import { canActivate, whyBlocked } from './why-blocked.ts';

/** What else must be known to tell which steps can run. */
export interface ReachContext {
  readonly guards: Guards;
  /** They count as able to run: that they are not is told as a cycle. */
  readonly inCycles: ReadonlySet<StepNode>;
}

/** Which steps can run. Spreads from those that can to those that they let run: each step and each need once. */
export class Reach {
  readonly #alive = new Set<StepNode>();
  readonly #blocked = new Map<StepNode, string>();
  readonly #needs = new Map<StepNode, readonly StepNode[]>();
  /** Needs of each step that are not known to be met yet. */
  readonly #open = new Map<StepNode, number>();
  readonly #dependants = new Map<StepNode, StepNode[]>();
  readonly #activated = new Map<StepNode, StepNode[]>();

  constructor({ graph }: DataFlow, { guards, inCycles }: ReachContext) {
    for (const node of graph.nodes) {
      const isInCycle = inCycles.has(node);
      const blocked = isInCycle ? undefined : whyBlocked(node, guards);
      if (blocked !== undefined) this.#blocked.set(node, blocked);
      const needs = isInCycle ? [] : needsOf(node);
      this.#needs.set(node, needs);
      this.#open.set(node, needs.length);
      for (const need of needs) append(this.#dependants, need, node);
      for (const activator of node.activators)
        if (canActivate(activator, node)) append(this.#activated, activator.by, node);
    }
    this.#spread(graph.nodes.filter((node) => inCycles.has(node) || this.#canBegin(node)));
  }

  isAlive(node: StepNode): boolean {
    return this.#alive.has(node);
  }

  /** Why a step is blocked by itself; undefined when another step is at fault. */
  whyBlocked(node: StepNode): string | undefined {
    return this.#blocked.get(node);
  }

  /** The first step that a step needs and that cannot run. */
  deadNeed(node: StepNode): StepNode | undefined {
    return this.#needs.get(node)?.find((need) => !this.#alive.has(need));
  }

  #spread(pending: StepNode[]): void {
    for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
      if (this.#alive.has(node)) continue;
      this.#alive.add(node);
      const dependants = this.#dependants.get(node) ?? [];
      for (const next of dependants) this.#open.set(next, (this.#open.get(next) ?? 0) - 1);
      pending.push(...[...dependants, ...(this.#activated.get(node) ?? [])].filter((next) => this.#canBegin(next)));
    }
  }

  #canBegin(node: StepNode): boolean {
    if (this.#blocked.has(node) || this.#alive.has(node) || (this.#open.get(node) ?? 0) > 0) return false;
    if (node.step.isChild !== true) return true;
    return node.activators.some((activator) => this.#alive.has(activator.by) && canActivate(activator, node));
  }
}

/** Steps without which a step cannot run: what it stands in, and what must have succeeded. */
function needsOf({ parent, dependencies }: StepNode): readonly StepNode[] {
  const needed = dependencies.filter(({ until }) => until === 'succeeded').map(({ on }) => on);
  return parent === undefined ? needed : [...new Set([parent, ...needed])];
}

function append(lists: Map<StepNode, StepNode[]>, key: StepNode, node: StepNode): void {
  const known = lists.get(key);
  if (known === undefined) lists.set(key, [node]);
  else known.push(node);
}
