import type { Issue } from '../../issue.ts';
import type { StepNode } from '../../pipeline/step-node.ts';
import type { DataFlow } from './data-flow.ts';
import { stronglyConnected } from './strongly-connected.ts';
import { waitGraph, type WaitGraph } from './wait-graph.ts';

/** Steps of a cycle that a message names. */
const MOST_STEPS = 12;

/** Steps that wait for each other: events of the wait graph, in order, and the shortest cycle among them. */
export interface Knot {
  readonly steps: readonly StepNode[];
  readonly cycle: readonly string[];
}

/** Groups of steps that wait for each other, so that none of them can begin. The first of the document comes first. */
export function findKnots({ graph }: Pick<DataFlow, 'graph'>): Knot[] {
  const waits = waitGraph(graph, 'certain');
  const nameOf = (event: number) => graph.nodes[event >>> 1]?.name ?? '';
  return stronglyConnected(waits)
    .filter((group) => group.length > 1)
    .map((group) => group.sort((left, right) => left - right))
    .sort(([left = 0], [right = 0]) => left - right)
    .map((events) => ({
      steps: [...new Set(events.flatMap((event) => graph.nodes[event >>> 1] ?? []))],
      cycle: withoutRepeats(shortestCycle(waits, events).map(nameOf)),
    }));
}

/** Says of each knot its shortest cycle. */
export function cycleIssues(knots: readonly Knot[]): Issue[] {
  return knots.map(({ steps, cycle }) => cycleIssue(steps[0], cycle));
}

/** The shortest way from the first event of a knot back to it (breadth first), without the last. */
function shortestCycle(waits: WaitGraph, knot: readonly number[]): number[] {
  const [start = 0] = knot;
  const inKnot = new Set(knot);
  const cameFrom = new Map<number, number>();
  const pending = [start];
  for (const event of pending) {
    for (const before of waits[event] ?? []) {
      if (before === start) return wayTo(event, start, cameFrom);
      if (!inKnot.has(before) || cameFrom.has(before)) continue;
      cameFrom.set(before, event);
      pending.push(before);
    }
  }
  return [start];
}

function wayTo(event: number, start: number, cameFrom: ReadonlyMap<number, number>): number[] {
  const way = [event];
  for (let at = event; at !== start; way.push(at)) at = cameFrom.get(at) ?? start;
  return way.reverse();
}

/** The begin and the end of one step are one name, also where the way closes. */
function withoutRepeats(names: readonly string[]): string[] {
  const kept = names.filter((name, index) => name !== names[index - 1]);
  if (kept.length > 1 && kept[0] === kept.at(-1)) kept.pop();
  return kept;
}

/** Says that steps wait for each other: `a → b → a`, each for the next. */
export function cycleIssue(first: StepNode | undefined, names: readonly string[]): Issue {
  const shown = names.length <= MOST_STEPS ? names : [...names.slice(0, MOST_STEPS - 1), '…'];
  return {
    code: 'DependencyCycle',
    path: first?.path ?? [],
    message: `these steps wait for each other: ${[...shown, names[0] ?? ''].join(' → ')}`,
    hint: 'each waits for the next by dependsOn, by a template or because it stands inside it; take one of these away',
  };
}
