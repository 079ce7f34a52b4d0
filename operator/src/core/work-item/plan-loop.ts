import type { StepStatus } from '../../api/step-status.ts';
import type { JsonValue } from '../../api/json.ts';
import { defined, without } from '../defined.ts';
import { resolveTemplates } from '../template/resolve-template.ts';
import { fail, setEnded, succeed } from './finish-step.ts';
import { iterationFrame } from './frame.ts';
import { assembleResults, foldIterations, type DoneIteration } from './loop-results.ts';
import type { Place } from './place.ts';
import { planBody } from './plan-body.ts';
import { type FollowedParts, setRunning } from './plan-container.ts';
import type { Leave } from './plan-step.ts';
import { parseRanges, rangesTest } from './ranges.ts';
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
  const { attemptsBefore, used } = record?.iterations ?? {};
  setRunning(run, place, record, { iterations: { count, ...defined({ attemptsBefore, used }) } });
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

/** What the iterations are planned with. */
interface Iterations extends FollowedParts {
  readonly items: readonly JsonValue[];
}

function planIterations(run: Run, place: Place, { record, leave, items }: Iterations): Progress {
  const isRecorded = recordedIterations(record);
  const done: DoneIteration[] = [];
  let underWay = 0;
  // Once one has failed no other begins, and those under way begin nothing new.
  let now = record.iterations?.failed === undefined ? leave : 'stop';
  for (const [index, item] of items.entries()) {
    if (underWay >= mostAtOnce(place)) break;
    if (isRecorded(index) || !mayGoOn(run, record, { index, leave: now })) continue;
    const frame = iterationFrame(place.node, place.frame, { index, item });
    const { state } = planBody(run, { nodes: place.node.children, frame, leave: now, slots: Infinity });
    if (state === 'open') underWay += 1;
    else done.push({ index, frame, state });
    if (state === 'failed') now = 'stop';
  }
  return { done, underWay };
}

const mostAtOnce = ({ node: { step } }: Place) => (step.type === 'loop' ? (step.maxParallel ?? 1) : 1);

/** When all ends, only what has begun is looked at. */
const mayGoOn = (run: Run, { path }: StepStatus, { index, leave }: { readonly index: number; readonly leave: Leave }) =>
  leave !== 'stop' || run.loops.paths(path, index).size > 0;

/** Tells which iterations are done and have left no records. */
function recordedIterations({ iterations = { count: 0 } }: StepStatus): (index: number) => boolean {
  const { succeeded, failed, cancelled } = iterations;
  const tests = [succeeded, failed, cancelled].filter((ranges) => ranges !== undefined).map(rangesTest);
  return (index) => tests.some((isIn) => isIn(index));
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
    const ended = { ...record, iterations: without(iterations, 'resultsRef') };
    succeed(run, place, ended, { reason: stepReasons.completed, outputs: { results, count } });
  }
}
