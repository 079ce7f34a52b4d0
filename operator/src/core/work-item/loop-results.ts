import type { JsonObject, JsonValue } from '../../api/json.ts';
import type { StepStatus } from '../../api/step-status.ts';
import type { Usage } from '../../api/usage.ts';
import { defined } from '../defined.ts';
import { addUsage } from '../estimate/usage-sum.ts';
import { appendToLog, readLog } from './artifact-log.ts';
import { highestNumber } from './attempts.ts';
import { clipMessage } from './clip-message.ts';
import { type Frame, iterationFrame, pathIn } from './frame.ts';
import { bodyMembers } from './body-members.ts';
import { hasBodySucceeded } from './plan-body.ts';
import type { Place } from './place.ts';
import { formatRanges, parseRanges } from './ranges.ts';
import type { Run } from './run.ts';
import type { StepNode } from '../pipeline/step-node.ts';

/** An iteration in which nothing goes on any more. */
export interface DoneIteration {
  readonly index: number;
  readonly frame: Frame;
  readonly state: 'succeeded' | 'failed' | 'stopped';
}

/** Characters of JSON that the results of a loop may have together: they are held in memory as one value. */
const largestResults = 16 * 1024 * 1024;

/** The result of one iteration as it is kept: outputs by the names of the steps, large ones by their digests. */
interface KeptResult {
  readonly index: number;
  readonly outputs: JsonObject;
  readonly refs: Readonly<Record<string, string>>;
}

/**
 * Takes the records of iterations that are done out of status: what succeeded and what failed is kept as ranges, results
 * in the artifact store, what was used as a sum.
 */
export function foldIterations(run: Run, record: StepStatus, done: readonly DoneIteration[]): StepStatus {
  const { iterations } = record;
  if (iterations === undefined || done.length === 0) return record;
  const results = done.filter(({ state }) => state === 'succeeded').map((each) => keepResult(run, each));
  const failed = done
    .filter(({ state }) => state === 'failed')
    .map(({ index }) => describeFailure(run, record.path, index));
  const message = [record.message, ...failed].filter((text) => text !== undefined).join('; ');
  const { resultsRef } = iterations;
  const folded: StepStatus = {
    ...record,
    ...(message === '' ? {} : { message: clipMessage(message) }),
    iterations: {
      ...iterations,
      ...rangesWith(iterations, done),
      ...defined({ resultsRef: results.length === 0 ? resultsRef : appendToLog(run, resultsRef, results as never) }),
      ...foldRecords(run, record, done),
    },
  };
  run.setRecord(folded);
  return folded;
}

/** Takes the records of iterations out; sums and maxima of them stay. */
export function foldRecords(run: Run, { path, iterations }: StepStatus, done: readonly Pick<DoneIteration, 'index'>[]) {
  const parts = done.flatMap(({ index }) => recordsOf(run, path, index));
  for (const part of parts) run.foldRecord(part);
  const lastAttempt = Math.max(iterations?.lastAttempt ?? 0, ...parts.map(highestNumber));
  return { ...usedWith(iterations, parts), ...(lastAttempt === 0 ? {} : { lastAttempt }) };
}

/** Takes the records of all iterations out, because they begin again: what they used and their numbers stay. */
export function dropIterations(run: Run, record: StepStatus): Partial<NonNullable<StepStatus['iterations']>> {
  const { path, iterations } = record;
  const parts = run.loops.indexes(path).flatMap((index) => recordsOf(run, path, index));
  for (const part of parts) run.removeRecord(part);
  const attemptsBefore = Math.max(highestNumber({ ...defined({ iterations }) }), ...parts.map(highestNumber));
  return { ...usedWith(iterations, parts), ...(attemptsBefore === 0 ? {} : { attemptsBefore }) };
}

/** Iterations that had succeeded when their loop was ended, and whose records still stand in status. */
export function succeededIterations(run: Run, { node, frame }: Place): readonly DoneIteration[] {
  return run.loops.indexes(pathIn(frame, node)).flatMap((index): readonly DoneIteration[] => {
    const inside = iterationFrame(node, frame, { index, item: null });
    const hasSucceeded = hasBodySucceeded(run, { nodes: node.children, frame: inside });
    return hasSucceeded ? [{ index, frame: inside, state: 'succeeded' }] : [];
  });
}

const recordsOf = (run: Run, path: string, index: number) =>
  [...run.loops.paths(path, index)].map((each) => run.record(each)).filter((record) => record !== undefined);

function usedWith(iterations: StepStatus['iterations'], parts: readonly StepStatus[]): { used?: Usage } {
  const used = parts.map(usedBy).reduce(addUsage, iterations?.used ?? {});
  return Object.keys(used).length === 0 ? {} : { used };
}

/** What all attempts of a step used, those of its iterations included. */
const usedBy = ({ attempts = [], iterations }: StepStatus): Usage =>
  attempts.map(({ used = {} }) => used).reduce(addUsage, iterations?.used ?? {});

const rangeOf = { succeeded: 'succeeded', failed: 'failed', stopped: 'cancelled' } as const;

function rangesWith(iterations: NonNullable<StepStatus['iterations']>, done: readonly DoneIteration[]) {
  const ranges: { -readonly [range in (typeof rangeOf)[keyof typeof rangeOf]]?: string } = {};
  for (const [state, range] of Object.entries(rangeOf)) {
    const numbers = parseRanges(iterations[range]);
    for (const { index } of done.filter((each) => each.state === state)) numbers.add(index);
    const text = formatRanges(numbers);
    if (text !== undefined) ranges[range] = text;
  }
  return ranges;
}

function keepResult(run: Run, { index, frame }: DoneIteration): KeptResult {
  const outputs: [string, JsonObject][] = [];
  const refs: [string, string][] = [];
  for (const node of stepsOfIteration(frame)) {
    const record = run.record(pathIn(frame, node));
    if (record?.phase !== 'Succeeded') continue;
    if (record.outputsRef === undefined) outputs.push([node.name, record.outputs ?? {}]);
    else refs.push([node.name, record.outputsRef.digest]);
  }
  return { index, outputs: Object.fromEntries(outputs), refs: Object.fromEntries(refs) };
}

/** The steps of one iteration: those of groups and branches too, those of inner loops not. */
function stepsOfIteration({ loop }: Frame): readonly StepNode[] {
  const steps: StepNode[] = [];
  const pending = [...bodyMembers(loop?.children ?? [])].reverse();
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    steps.push(node);
    if (node.step.type !== 'loop') pending.push(...[...bodyMembers(node.children)].reverse());
  }
  return steps;
}

function describeFailure(run: Run, loopPath: string, index: number): string {
  const records = [...run.loops.paths(loopPath, index)].map((path) => run.record(path));
  const failed = records.findLast((record) => record?.phase === 'Failed' && record.reason !== 'PartFailed');
  return failed === undefined ? `iteration ${index}` : `${failed.path}: ${failed.message ?? failed.reason ?? ''}`;
}

/** The results of all iterations, in their order; `unread` while artifacts have to be read, which the plan asks for. */
export function assembleResults(run: Run, { iterations }: StepStatus): readonly JsonValue[] | 'unread' | 'too large' {
  const kept = readLog(run, iterations?.resultsRef) as unknown as readonly KeptResult[] | undefined;
  if (kept === undefined) return 'unread';
  const byIndex = new Map(kept.map((result) => [result.index, result]));
  const results = Array.from({ length: iterations?.count ?? 0 }, (_, index) => readResult(run, byIndex.get(index)));
  if (results.some(({ isRead }) => !isRead)) return 'unread';
  let size = 0;
  for (const { result } of results) {
    size += JSON.stringify(result).length;
    if (size > largestResults) return 'too large';
  }
  return results.map(({ result }) => result);
}

/** Every artifact that is not at hand is asked for at once, so that one reading is enough. */
function readResult(run: Run, kept: KeptResult | undefined): { readonly result: JsonObject; readonly isRead: boolean } {
  const { outputs = {}, refs = {} } = kept ?? {};
  const read = Object.entries(refs).map(([name, digest]) => [name, run.artifact(digest)] as const);
  const result = Object.fromEntries([
    ...Object.entries(outputs),
    ...read.map(([name, content]) => [name, content ?? null] as const),
  ]);
  return { result, isRead: read.every(([, content]) => content !== undefined) };
}
