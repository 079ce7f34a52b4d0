import { isVisibleFrom } from '../../pipeline/scope-rules.ts';
import type { StepNode } from '../../pipeline/step-node.ts';
import { stepNotFound } from '../../template/resolution-problems.ts';
import type { ResolutionProblem } from '../../template/scope.ts';
import { nearestName } from '../nearest-name.ts';
import type { DataFlow } from './data-flow.ts';
import { isExitStep } from './wait-graph.ts';

/** Names that a misspelled one is compared with, all misspelled ones together; whoever has more mends the first ones. */
const MOST_COMPARISONS = 100_000;

/** The steps and variables that can be named at a place, and what is said of a name that is none of them. */
export class KnownNames {
  readonly #nodes: readonly StepNode[];
  readonly #visible = new Map<StepNode | 'exit' | 'main', readonly string[]>();
  readonly #loops = new Map<string, StepNode>();
  #comparisons = 0;

  constructor({ graph }: DataFlow) {
    this.#nodes = graph.nodes;
    for (const node of graph.nodes) {
      if (node.step.type !== 'loop') continue;
      this.#loops.set(node.step.loopVariable, node);
      this.#loops.set(`${node.step.loopVariable}_index`, node);
    }
  }

  /** A loop that has a variable of this name. */
  loopOfVariable(name: string): StepNode | undefined {
    return this.#loops.get(name);
  }

  /** `Step 'x' not found. Steps: a, b`, and which one was probably meant. */
  notFound(name: string, from: StepNode | undefined, variables: readonly string[] = []): ResolutionProblem {
    const steps = this.#visibleFrom(from);
    const { code, message } = stepNotFound(name, {
      lookUp: () => undefined,
      stepNames: () => steps,
      isVariable: () => false,
    });
    this.#comparisons += steps.length;
    const nearest = this.#comparisons > MOST_COMPARISONS ? undefined : nearestName(name, [...steps, ...variables]);
    return nearest === undefined ? { code, message } : { code, message, hint: `did you mean ${nearest}?` };
  }

  /** Steps of one loop body see the same others: the list is made once for each. */
  #visibleFrom(from: StepNode | undefined): readonly string[] {
    const isExit = from !== undefined && isExitStep(from);
    const place = from?.loop ?? (isExit ? 'exit' : 'main');
    const known = this.#visible.get(place);
    if (known !== undefined) return known;
    const names = this.#nodes
      .filter((node) => (from === undefined ? node.loop === undefined : isVisibleFrom(node, from)))
      .filter((node) => isExit || !isExitStep(node))
      .map(({ name }) => name);
    const distinct = [...new Set(names)];
    this.#visible.set(place, distinct);
    return distinct;
  }
}
