import type { StepNode } from '../../pipeline/step-node.ts';
import { BitSet } from './bit-set.ts';
import type { DataFlow } from './data-flow.ts';
import { stronglyConnected } from './strongly-connected.ts';
import { waitGraph } from './wait-graph.ts';

/** Which steps are over before which others begin. */
export class StepOrder {
  /** For each event (see `waitGraph`) the steps that have ended by then; those of a leaf's end stand at its beginning. */
  readonly #ended: (BitSet | undefined)[];

  constructor({ graph }: DataFlow) {
    const waits = waitGraph(graph, 'usual');
    this.#ended = new Array<BitSet | undefined>(waits.length);
    const size = graph.nodes.length;
    for (const event of stronglyConnected(waits).flat())
      this.#ended[event] = this.#unionBefore(waits[event] ?? [], size);
  }

  /** Whether a step has always ended before another begins. */
  isBefore(first: StepNode, second: StepNode): boolean {
    return this.#ended[2 * second.index]?.has(first.index) === true;
  }

  /** An end itself is a member for whoever waits for it. Where one set has all, it is shared. */
  #unionBefore(before: readonly number[], size: number): BitSet | undefined {
    const [only, ...others] = before;
    if (only === undefined) return undefined;
    if (others.length === 0 && only % 2 === 0) return this.#ended[only];
    const union = new BitSet(size);
    for (const event of before) {
      const ended = this.#ended[event];
      if (ended !== undefined) union.addAll(ended);
      if (event % 2 === 1) union.add(event >>> 1);
    }
    return union;
  }
}
