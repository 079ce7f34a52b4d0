import type { PipelineGraph, StepNode } from '../pipeline/step-node.ts';
import { EventGraph } from './event-graph.ts';
import { liftOrder, type StepOrder } from './lift-order.ts';
import { measureWork, parallelIterations, sumWork, type Work } from './measure-work.ts';
import type { StepEstimate } from './step-estimate.ts';
import { addCounts, multiplyCounts } from './usage-sum.ts';

/** What bounds a run as a whole. */
export interface RunLimits {
  readonly maxParallel?: number | undefined;
  readonly timeoutSeconds?: number | undefined;
}

/** Steps that run at the same time by default. */
const DEFAULT_PARALLEL = 16;

/** Steps whose times hang together: those of a loop's iteration, or of the run outside of loops. */
interface Stage {
  readonly nodes: StepNode[];
  readonly orders: StepOrder[];
}

interface Schedule {
  readonly works: ReadonlyMap<StepNode, Work>;
  readonly iterations: Map<StepNode, Stage>;
  readonly main: Stage;
  readonly exit: Stage;
}

/**
 * How long a run takes at most, in seconds: the longest chain of steps that wait for each other, each with all its
 * attempts, and what limits on parallel steps add to it. Linear in steps and dependencies. Estimates stand in the order of
 * the document, each step before its parts.
 */
export function longestDuration(
  estimates: ReadonlyMap<StepNode, StepEstimate>,
  graph: PipelineGraph,
  { maxParallel = DEFAULT_PARALLEL, timeoutSeconds = Number.POSITIVE_INFINITY }: RunLimits,
): number {
  const schedule = scheduleOf(estimates, graph);
  const durations = new Map<StepNode, number>();
  for (const estimate of [...estimates.values()].reverse())
    durations.set(estimate.node, durationOf(estimate, schedule, durations));
  const seconds = (stage: Stage, roots: readonly StepNode[]) =>
    addCounts(criticalSeconds(stage, schedule, durations), crowding(sumWork(roots, schedule.works), maxParallel));
  // A run that has failed lets what still runs end, also beyond its time.
  const lastAttempt = Math.max(0, ...Array.from(estimates.values(), ({ attemptSeconds }) => attemptSeconds));
  const main = Math.min(seconds(schedule.main, graph.roots), timeoutSeconds + lastAttempt);
  return addCounts(main, seconds(schedule.exit, graph.exitSteps));
}

/** A loop goes through its iterations in turns, as many at once as it may. Containers take as long as their parts. */
function durationOf(estimate: StepEstimate, schedule: Schedule, durations: ReadonlyMap<StepNode, number>): number {
  const stage = schedule.iterations.get(estimate.node);
  if (stage === undefined) return estimate.seconds;
  const turns = Math.ceil(estimate.iterations.most / Math.max(1, parallelIterations(estimate)));
  return multiplyCounts(criticalSeconds(stage, schedule, durations), turns);
}

/** What a limit on parallel steps can add: all work, shared by as many as may run (Graham's bound). */
function crowding({ seconds, width }: Work, limit: number): number {
  return width > limit ? Math.ceil(seconds / limit) : 0;
}

/** From the first step of a stage to the last, when there is room for all that may run side by side. */
function criticalSeconds(stage: Stage, { works }: Schedule, durations: ReadonlyMap<StepNode, number>): number {
  const events = new EventGraph();
  const starts = new Map<StepNode, number>();
  const ends = new Map<StepNode, number>();
  for (const node of stage.nodes) {
    starts.set(node, events.addEvent());
    ends.set(node, events.addEvent());
  }
  const order = (from: number | undefined, to: number | undefined, seconds: number) => {
    if (from !== undefined && to !== undefined) events.addOrder(from, to, seconds);
  };
  for (const node of stage.nodes) {
    const { parent, placement } = node;
    order(starts.get(node), ends.get(node), durations.get(node) ?? 0);
    if (parent === undefined || placement === 'loop') continue;
    if (placement === 'route') order(ends.get(parent), starts.get(node), 0);
    else {
      order(starts.get(parent), starts.get(node), delayInGroup(parent, works));
      order(ends.get(node), ends.get(parent), 0);
    }
  }
  for (const { first, then } of stage.orders) order(ends.get(first), starts.get(then), 0);
  return events.earliestTimes().reduce((latest, time) => Math.max(latest, time), 0);
}

/** A limit of its own makes the steps of a group wait for each other. */
function delayInGroup({ step, children }: StepNode, works: ReadonlyMap<StepNode, Work>): number {
  const limit = step.type === 'parallel_group' ? step.parallelConfig?.maxParallel : undefined;
  return limit === undefined ? 0 : crowding(sumWork(children, works), limit);
}

function scheduleOf(estimates: ReadonlyMap<StepNode, StepEstimate>, graph: PipelineGraph): Schedule {
  const schedule: Schedule = {
    works: measureWork(estimates),
    iterations: new Map(),
    main: { nodes: [], orders: [] },
    exit: { nodes: [], orders: [] },
  };
  const stages = new Map<StepNode, Stage>();
  for (const node of graph.nodes) {
    if (node.step.type === 'loop') schedule.iterations.set(node, { nodes: [], orders: [] });
    const stage = stageOf(node, schedule, stages);
    stages.set(node, stage);
    stage.nodes.push(node);
  }
  for (const node of graph.nodes) {
    for (const order of ordersOf(node, graph)) {
      const lifted = liftOrder(order);
      if (lifted !== undefined) stages.get(lifted.then)?.orders.push(lifted);
    }
  }
  return schedule;
}

function stageOf(
  { loop, placement, parent }: StepNode,
  schedule: Schedule,
  stages: ReadonlyMap<StepNode, Stage>,
): Stage {
  const iteration = loop && schedule.iterations.get(loop);
  if (iteration !== undefined) return iteration;
  if (placement === 'exit') return schedule.exit;
  return (parent && stages.get(parent)) ?? schedule.main;
}

/** What has to end before a step begins: what it depends on, a fallback of that included, and what activates it. */
function ordersOf(node: StepNode, { byName }: PipelineGraph): StepOrder[] {
  const before = [...node.dependencies.map(({ on }) => on), ...node.activators.map(({ by }) => by)];
  return before.flatMap((first) => {
    const fallback = byName.get(first.step.onError?.fallbackStep ?? '');
    const isOwn = fallback === undefined || fallback === node;
    return isOwn
      ? [{ first, then: node }]
      : [
          { first, then: node },
          { first: fallback, then: node },
        ];
  });
}
