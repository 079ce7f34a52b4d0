import type { Issue } from '../../issue.ts';
import type { StepNode } from '../../pipeline/step-node.ts';
import type { DataFlow } from './data-flow.ts';
import { stronglyConnected } from './strongly-connected.ts';
import { waitGraph, type WaitGraph } from './wait-graph.ts';

/** Steps of a cycle that a message names. */
const MOST_STEPS = 12;

/** Steps that wait for each other, so that none of them can begin: for each knot of them the shortest cycle. */
export function findCycles({ graph }: DataFlow): Issue[] {
  const waits = waitGraph(graph, 'certain');
  return knotsIn(waits).map((knot) => {
    const names = shortestCycle(waits, knot).map((event) => graph.nodes[event >>> 1]?.name ?? '');
    const first = graph.nodes[(knot[0] ?? 0) >>> 1];
    return cycleIssue(first, withoutRepeats(names));
  });
}

/** Steps that are part of a cycle. */
export function stepsInCycles({ graph }: DataFlow): ReadonlySet<StepNode> {
  const events = knotsIn(waitGraph(graph, 'certain')).flat();
  return new Set(events.flatMap((event) => graph.nodes[event >>> 1] ?? []));
}

/** Groups of events that wait for each other, their numbers in order: the first step of the document comes first. */
function knotsIn(waits: WaitGraph): number[][] {
  return stronglyConnected(waits)
    .filter((group) => group.length > 1)
    .map((group) => group.sort((left, right) => left - right))
    .sort(([left = 0], [right = 0]) => left - right);
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
