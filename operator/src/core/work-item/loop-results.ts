import type { JsonObject, JsonValue } from '../../api/json.ts';
import type { StepStatus } from '../../api/step-status.ts';
import { addUsage } from '../estimate/usage-sum.ts';
import { appendToLog, readLog } from './artifact-log.ts';
import { highestNumber } from './attempts.ts';
import { clipMessage } from './clip-message.ts';
import { type Frame, pathIn } from './frame.ts';
import { formatRanges, parseRanges } from './ranges.ts';
import type { Run } from './run.ts';
import type { StepNode } from '../pipeline/step-node.ts';
import { withRouted } from './plan-body.ts';

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
  const failures = done
    .filter(({ state }) => state === 'failed')
    .map(({ index }) => describeFailure(run, record.path, index));
  let used = iterations.used ?? {};
  let lastAttempt = iterations.lastAttempt ?? 0;
  for (const { index } of done) {
    for (const path of [...run.loops.paths(record.path, index)]) {
      const part = run.record(path);
      if (part === undefined) continue;
      for (const attempt of part.attempts ?? []) used = addUsage(used, attempt.used ?? {});
      used = addUsage(used, part.iterations?.used ?? {});
      lastAttempt = Math.max(lastAttempt, highestNumber(part));
      run.foldRecord(part);
    }
  }
  const message = [record.message, ...failures].filter((text) => text !== undefined).join('; ');
  const resultsRef =
    results.length === 0
      ? iterations.resultsRef
      : appendToLog(run, iterations.resultsRef, results as unknown as JsonValue[]);
  const folded: StepStatus = {
    ...record,
    ...(message === '' ? {} : { message: clipMessage(message) }),
    iterations: {
      ...iterations,
      ...rangesWith(iterations, done),
      ...(resultsRef === undefined ? {} : { resultsRef }),
      ...(Object.keys(used).length === 0 ? {} : { used }),
      ...(lastAttempt === 0 ? {} : { lastAttempt }),
    },
  };
  run.setRecord(folded);
  return folded;
}

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
  const pending = [...withRouted(loop?.children ?? [])].reverse();
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    steps.push(node);
    if (node.step.type !== 'loop') pending.push(...[...withRouted(node.children)].reverse());
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
  const results: JsonValue[] = [];
  let size = 0;
  let isRead = true;
  for (let index = 0; index < (iterations?.count ?? 0); index += 1) {
    const { outputs = {}, refs = {} } = byIndex.get(index) ?? {};
    const read = Object.entries(refs).map(([name, digest]) => [name, run.artifact(digest)] as const);
    if (read.some(([, content]) => content === undefined)) isRead = false;
    const result = Object.fromEntries([
      ...Object.entries(outputs),
      ...read.map(([name, content]) => [name, content ?? null]),
    ]);
    size += JSON.stringify(result).length;
    if (size > largestResults) return 'too large';
    results.push(result as JsonValue);
  }
  return isRead ? results : 'unread';
}
