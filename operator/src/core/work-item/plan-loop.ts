import type { StepStatus } from '../../api/step-status.ts';
import type { JsonValue } from '../../api/json.ts';
import { resolveTemplates } from '../template/resolve-template.ts';
import { fail, setEnded, succeed } from './finish-step.ts';
import { iterationFrame } from './frame.ts';
import { assembleResults, foldIterations, type DoneIteration } from './loop-results.ts';
import type { Place } from './place.ts';
import { planBody } from './plan-body.ts';
import { type FollowedParts, setRunning } from './plan-container.ts';
import { parseRanges } from './ranges.ts';
import { hasReadReferences } from './resolve-step.ts';
import type { Run } from './run.ts';
import { scopeAt } from './run-scope.ts';
import { stepReasons } from './step-reasons.ts';

/** Iterations of one loop at most: whichever of them succeed, their ranges fit the status. */
export const mostIterations = 40_000;
/** Records of iterations that are done are kept until there are more than this many: one page for many iterations. */
const mostDoneRecords = 32;

/** Begins a `loop`: its list is looked at, and how many iterations there are is recorded. */
export function beginLoop(run: Run, place: Place, record: StepStatus | undefined): void {
  const items = itemsOf(run, place);
  if (items === 'unread') return;
  if ('message' in items) {
    fail(run, place, record, items);
    return;
  }
  const count = items.length;
  if (count > mostIterations) {
    const message = `it has ${count} iterations, and ${mostIterations} can be recorded: give more items to each by batchSize`;
    fail(run, place, record, { reason: stepReasons.tooManyIterations, message });
    return;
  }
  const { attemptsBefore } = record?.iterations ?? {};
  setRunning(run, place, record, {
    iterations: { count, ...(attemptsBefore === undefined ? {} : { attemptsBefore }) },
  });
}

type Items = readonly JsonValue[] | 'unread' | { readonly reason: string; readonly message: string };

/** What the loop variable stands for, iteration by iteration: an item, or with `batchSize` a list of them. */
export function itemsOf(run: Run, { node, frame }: Place): Items {
  const { step } = node;
  if (step.type !== 'loop') throw new Error(`${node.name} is no loop`);
  if (!hasReadReferences(run, node, frame)) return 'unread';
  const resolved = resolveTemplates(step.iterateOver, scopeAt(run, frame));
  if ('problem' in resolved) return { reason: stepReasons.inputUnresolved, message: resolved.problem.message };
  const list = resolved.value;
  if (!Array.isArray(list)) {
    const message = `iterateOver must give a list, not ${list === null ? 'null' : typeof list}`;
    return { reason: stepReasons.inputUnresolved, message };
  }
  const { batchSize = 1 } = step;
  if (batchSize === 1) return list as readonly JsonValue[];
  const batches: JsonValue[] = [];
  for (let from = 0; from < list.length; from += batchSize)
    batches.push(list.slice(from, from + batchSize) as JsonValue[]);
  return batches;
}

/** Moves the iterations of a loop on, in order and no more at a time than it says, and ends it when all are done. */
export function followLoop(run: Run, place: Place, { record, leave }: FollowedParts): void {
  const items = itemsOf(run, place);
  if (items === 'unread') return;
  if ('message' in items) throw new Error(`the list of ${record.path} was there before: ${items.message}`);
  const progress = planIterations(run, place, { record, leave, items });
  const { done, underWay } = progress;
  const records = done.reduce((sum, { index }) => sum + run.loops.paths(record.path, index).size, 0);
  const folded = underWay === 0 || records > mostDoneRecords ? foldIterations(run, record, done) : record;
  if (underWay === 0) endLoop(run, place, folded);
}

interface Progress {
  readonly done: readonly DoneIteration[];
  readonly underWay: number;
}

function planIterations(
  run: Run,
  place: Place,
  { record, leave, items }: FollowedParts & { readonly items: readonly JsonValue[] },
): Progress {
  const { node, frame } = place;
  const { succeeded, failed, cancelled } = record.iterations ?? {};
  const recorded = new Set([...parseRanges(succeeded), ...parseRanges(failed), ...parseRanges(cancelled)]);
  const most = node.step.type === 'loop' ? (node.step.maxParallel ?? 1) : 1;
  const done: DoneIteration[] = [];
  let underWay = 0;
  let hasFailed = failed !== undefined;
  for (let index = 0; index < items.length && underWay < most; index += 1) {
    if (recorded.has(index)) continue;
    const hasBegun = run.loops.paths(record.path, index).size > 0;
    if (!hasBegun && (hasFailed || leave === 'stop')) continue;
    const iteration = iterationFrame(node, frame, { index, item: items[index] ?? null });
    const body = {
      nodes: node.children,
      frame: iteration,
      leave: hasFailed ? ('stop' as const) : leave,
      slots: Infinity,
    };
    const { state } = planBody(run, body);
    if (state === 'open') underWay += 1;
    else done.push({ index, frame: iteration, state });
    hasFailed ||= state === 'failed';
  }
  return { done, underWay };
}

function endLoop(run: Run, place: Place, record: StepStatus): void {
  const { iterations } = record;
  if (iterations === undefined) throw new Error(`the loop ${record.path} has begun without iterations`);
  const { failed, cancelled, count } = iterations;
  if (failed !== undefined) {
    const why = record.message === undefined ? '' : `: ${record.message}`;
    fail(run, place, record, {
      reason: stepReasons.partFailed,
      message: `iterations ${failed} of ${count} failed${why}`,
    });
  } else if (cancelled !== undefined || parseRanges(iterations.succeeded).size < count)
    setEnded(run, place, record, { phase: 'Cancelled', reason: stepReasons.runEnded });
  else {
    const results = assembleResults(run, record);
    if (results === 'unread') return;
    if (results === 'too large') {
      const message =
        'the results of its iterations are too large together: let them give references instead of contents';
      fail(run, place, record, { reason: stepReasons.resultsTooLarge, message });
      return;
    }
    const { resultsRef: _, lastAttempt: __, ...kept } = iterations;
    const ended = { ...record, iterations: kept };
    succeed(run, place, ended, { reason: stepReasons.completed, outputs: { results, count } });
  }
}
