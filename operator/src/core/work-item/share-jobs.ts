import { modelOfSeat } from '../agent/find-speaker.ts';
import { executorOf, mayShareJob } from '../execution/executor-of.ts';
import { mostMembers } from '../manifest/labels.ts';
import { attemptName } from '../manifest/names.ts';
import { findMethod } from '../pipeline/step-methods.ts';
import type { StepNode } from '../pipeline/step-node.ts';
import { openAttempt } from './attempts.ts';
import { bodyMembers } from './body-members.ts';
import type { Run } from './run.ts';
import type { StartAttempt } from './work-item-plan.ts';

/** An attempt that is to be started, and its step. */
export interface PlannedStart {
  readonly start: StartAttempt;
  readonly node: StepNode;
}

/** Characters of JSON that the inputs of attempts may have together that share a Job: each of its Pods carries all of them. */
const largestInputs = 32 * 1024;

/**
 * Lets attempts share an Indexed Job that begin at the same moment, one write instead of many: in iterations of the same loop,
 * when all that an iteration does is one pod, and in one stage of a deliberation, when they ask the same Model. Which attempts
 * they are is recorded, so that whoever makes the Job anew, after a crash, makes the same one.
 */
export function shareJobs(run: Run, planned: readonly PlannedStart[]): readonly StartAttempt[] {
  const names = new Map<StartAttempt, string>();
  const alike = Map.groupBy(
    planned.filter((each) => isNew(run, each) && (each.node.seat !== undefined || isAlonePod(run, each))),
    (each) => shapeOf(run, each),
  );
  for (const group of alike.values())
    for (const members of inJobs(group.map(({ start }) => start)))
      for (const member of members) names.set(member, nameOf(run, members));
  for (const [start, jobName] of names) recordJob(run, start, jobName);
  return planned.map(({ start }) => withJobName(start, names.get(start) ?? recordedJob(run, start)));
}

/** Whether its record is of this plan: what was recorded before may have a Job already. */
function isNew(run: Run, { start }: PlannedStart): boolean {
  return run.recordedAttempt(start.path) !== start.attempt;
}

function isAlonePod(run: Run, { start, node }: PlannedStart): boolean {
  const { loop } = node;
  if (loop === undefined || node.parent !== loop || bodyMembers(loop.children).length !== 1) return false;
  const method = start.method === undefined ? undefined : findMethod(run.observed.pinned.methods, start.method);
  return mayShareJob(executorOf(start, method));
}

/** What the Pods of one Job have in common. Inputs and programs may differ: they are in the tasks. */
function shapeOf(run: Run, { start, node }: PlannedStart): string {
  const { path, mode, method, role, timeoutSeconds, step } = start;
  const { resources, placement } = step as { readonly resources?: unknown; readonly placement?: unknown };
  const loopPath = path.slice(0, path.lastIndexOf('['));
  const who = node.seat === undefined ? step.name : { asks: modelOfSeat(step, node.seat, run.observed.pinned) };
  return JSON.stringify([loopPath, who, mode, method, role, timeoutSeconds, resources, placement]);
}

/** Attempts as they fit one Job each; one alone has a Job of its own kind. */
function* inJobs(starts: readonly StartAttempt[]): Generator<readonly StartAttempt[]> {
  let members: StartAttempt[] = [];
  let size = 0;
  for (const start of starts) {
    const more = sizeOf(start);
    if (members.length >= mostMembers || (members.length > 0 && size + more > largestInputs)) {
      if (members.length > 1) yield members;
      members = [];
      size = 0;
    }
    members.push(start);
    size += more;
  }
  if (members.length > 1) yield members;
}

/** What its task will be made of; its inputs stand in the step too, as they were written. */
function sizeOf({ inputs, step, prompt, seat }: StartAttempt): number {
  return JSON.stringify([inputs, prompt ?? [], { ...step, inputs: undefined }, seat]).length;
}

/** Named after its first attempt, which no other Job is ever for. */
function nameOf(run: Run, [first]: readonly StartAttempt[]): string {
  const { path = '', attempt = 0 } = first ?? {};
  return attemptName({ workItemUid: run.observed.workItem.metadata.uid ?? '', path, attempt });
}

function recordJob(run: Run, { path }: StartAttempt, jobName: string): void {
  const record = run.record(path);
  const attempt = record && openAttempt(record);
  if (record === undefined || attempt === undefined) throw new Error(`${path} is started without a record`);
  run.setRecord({ ...record, attempts: [...(record.attempts ?? []).slice(0, -1), { ...attempt, jobName }] });
}

function recordedJob(run: Run, { path }: StartAttempt): string | undefined {
  const record = run.record(path);
  return record && openAttempt(record)?.jobName;
}

const withJobName = (start: StartAttempt, jobName: string | undefined): StartAttempt =>
  jobName === undefined ? start : { ...start, jobName };
