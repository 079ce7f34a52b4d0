import type { ObservedWorkItem } from '../../operator/src/core/work-item/observed.ts';
import { PlannedRun } from '../../operator/src/testing/planned-run.ts';
import { busyOutputs, busyPipeline } from './busy-pipeline.ts';

/** Worlds of one run, as the operator observes them when it reconciles. */
export interface RunWorlds {
  /** Before the first step. */
  readonly first: ObservedWorkItem;
  /** Half of the steps have ended, others run, and the result of an attempt has just been seen. */
  readonly resultArrives: readonly ObservedWorkItem[];
  /** The same, with all that follows recorded: nothing is to be done. */
  readonly nothingNew: readonly ObservedWorkItem[];
}

/** Results that are looked at one by one, once half of the steps have ended. */
const arrivals = 10;

/** Drives a run of so many steps to its half, and keeps what is observed around there. */
export function halfDoneRun(steps: number): RunWorlds {
  const run = new PlannedRun(busyPipeline(steps), { inputs: { user: 'ann', deep: true } });
  const first = { ...copyOf(run), children: [], workItem: { ...run.observed().workItem, status: {} } };
  while (shareDone(run) < 0.5) endAll(run);
  const resultArrives: ObservedWorkItem[] = [];
  const nothingNew: ObservedWorkItem[] = [];
  for (let arrival = 0; arrival < arrivals; arrival += 1) {
    const [path] = run.running;
    if (path === undefined) throw new Error('nothing runs in the middle of the run');
    endAttempt(run, path);
    resultArrives.push(copyOf(run));
    run.settle();
    nothingNew.push(copyOf(run));
  }
  return { first, resultArrives, nothingNew };
}

/** The artifacts of a run go on growing; those of the copy stay as they are. */
function copyOf(run: PlannedRun): ObservedWorkItem {
  const observed = run.observed();
  return { ...observed, facts: { ...observed.facts, artifacts: new Map(run.artifacts) } };
}

function endAll(run: PlannedRun): void {
  const paths = run.running;
  if (paths.length === 0) throw new Error(`the run stands still: ${run.state}: ${run.status.message ?? ''}`);
  for (const path of paths) endAttempt(run, path);
  run.settle();
}

function endAttempt(run: PlannedRun, path: string): void {
  for (const [key, child] of run.children) {
    if (child.path === path && child.outcome === undefined)
      run.children.set(key, { ...child, outcome: { result: 'Succeeded', outputs: busyOutputs(path) } });
  }
}

/** Steps that have ended, of all. */
function shareDone({ status }: PlannedRun): number {
  const [ended = 0, total = 1] = (status.progress ?? '').split('/').map(Number);
  return ended / total;
}
