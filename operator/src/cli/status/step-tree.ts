import type { StepStatus } from '../../api/step-status.ts';
import type { WorkItemStatus } from '../../api/work-item-status.ts';
import { formatDuration } from '../dry-run/format-duration.ts';
import type { KnownSteps } from './load-steps.ts';

/** A line of the tree of steps. */
export interface StepLine {
  readonly path: string;
  /** How many steps it stands inside of. */
  readonly depth: number;
  /** Its name; inside a loop with the number of the iteration. */
  readonly label: string;
  readonly phase: StepStatus['phase'];
  /** How long it took, or has taken so far. */
  readonly took: string;
  /** Attempts, branch, iterations, and why it stands where it stands. */
  readonly note: string;
}

/** A step that is to be shown: as its record has it, or as one that has not begun. */
type ShownStep = Pick<StepStatus, 'path' | 'phase'> & Partial<StepStatus>;

/** The steps of a run as a tree, in the order of the pipeline where it is known, else in the order in which they began. */
export function stepTree(status: WorkItemStatus, known: KnownSteps | undefined, nowMs: number): readonly StepLine[] {
  const { steps = [], waitingFor = [] } = status;
  const shown: readonly ShownStep[] = [...steps, ...pendingOf(steps, known)];
  const waits = new Map(waitingFor.map(({ step = '', kind, name, message }) => [step, `${kind} ${name}: ${message}`]));
  const inside = new Map<string, ShownStep[]>();
  const paths = new Set(shown.map(({ path }) => path));
  for (const step of [...shown].sort(inOrderOf(known))) {
    const parent = parentOf(step.path, known);
    const key = parent !== undefined && paths.has(parent) ? parent : '';
    inside.set(key, [...(inside.get(key) ?? []), step]);
  }
  const linesOf = (key: string, depth: number): readonly StepLine[] =>
    (inside.get(key) ?? []).flatMap((step) => [
      lineOf(step, { depth, waits: waits.get(step.path), nowMs }),
      ...linesOf(step.path, depth + 1),
    ]);
  return linesOf('', 0);
}

function pendingOf(steps: readonly StepStatus[], known: KnownSteps | undefined): readonly ShownStep[] {
  const begun = new Set(steps.map(({ path }) => path));
  return Array.from(known?.pending ?? [], ([path, pending]) => ({ path, ...pending })).filter(
    ({ path }) => !begun.has(path),
  );
}

const nameIn = (path: string) => path.slice(path.lastIndexOf('.') + 1);
/** What stands before the name: `l[0].` for a step in a loop. */
const frameOf = (path: string) => path.slice(0, path.lastIndexOf('.') + 1);
/** The step whose iteration, or whose stage, a path is in. */
const outerOf = (path: string) => frameOf(path).replace(/\[\d+\]\.$/, '');

/** The path of the step that a step is a part of; undefined for one at the top. */
function parentOf(path: string, known: KnownSteps | undefined): string | undefined {
  const node = known?.graph.byName.get(nameIn(path));
  const isDirect = node?.parent === undefined || node.placement === 'loop';
  if (isDirect) return frameOf(path) === '' ? undefined : outerOf(path);
  return `${frameOf(path)}${node.parent.name}`;
}

function inOrderOf(known: KnownSteps | undefined) {
  const indexOf = ({ path }: ShownStep) => known?.graph.byName.get(nameIn(path))?.index ?? 0;
  return (one: ShownStep, other: ShownStep): number =>
    iterationOf(one.path) - iterationOf(other.path) || indexOf(one) - indexOf(other);
}

/** Of paths in different loops it says nothing, and these stand in different places anyway. */
const iterationOf = (path: string) => Number(/\[(\d+)\]\.[^.]*$/.exec(path)?.[1] ?? 0);

interface LineFacts {
  readonly depth: number;
  readonly waits: string | undefined;
  readonly nowMs: number;
}

function lineOf(step: ShownStep, { depth, waits, nowMs }: LineFacts): StepLine {
  const { path, phase } = step;
  const label = /\[\d+\]\.[^.]*$/.exec(path)?.[0] ?? nameIn(path);
  return { path, depth, label, phase, took: tookOf(step, nowMs), note: notesOf(step, waits).join(', ') };
}

function tookOf({ startedAt, finishedAt, phase }: ShownStep, nowMs: number): string {
  if (startedAt === undefined || phase === 'Pending') return '';
  const end = finishedAt === undefined ? nowMs : Date.parse(finishedAt);
  const seconds = Math.max(0, (end - Date.parse(startedAt)) / 1000);
  return Number.isNaN(seconds) ? '' : formatDuration(seconds);
}

function notesOf(step: ShownStep, waits: string | undefined): readonly string[] {
  const { branch, iterations, round = 1 } = step;
  const number = attemptOf(step);
  return [
    ...(branch === undefined ? [] : [`took the branch ${branch}`]),
    ...(iterations === undefined ? [] : [describeIterations(iterations)]),
    ...(number > 1 ? [`attempt ${number}`] : []),
    ...(round > 1 ? [`round ${round}`] : []),
    ...progressOf(step),
    ...(waits === undefined ? whyOf(step) : [`waits for ${waits}`]),
  ];
}

const attemptOf = ({ attempts = [] }: ShownStep) => attempts.at(-1)?.number ?? 1;

function describeIterations({ count, failed, skipped }: NonNullable<StepStatus['iterations']>): string {
  const exceptions = [
    ...(failed === undefined ? [] : [`failed: ${failed}`]),
    ...(skipped === undefined ? [] : [`skipped: ${skipped}`]),
  ];
  const items = `${count} item${count === 1 ? '' : 's'}`;
  return exceptions.length === 0 ? items : `${items} (${exceptions.join('; ')})`;
}

function progressOf({ phase, attempts = [] }: ShownStep): readonly string[] {
  const { turns, toolCalls, promptTokens, completionTokens } = attempts.at(-1)?.progress ?? {};
  if (phase !== 'Running' || turns === undefined) return [];
  const tokens = (promptTokens ?? 0) + (completionTokens ?? 0);
  return [`${turns} turns, ${toolCalls ?? 0} calls of tools, ${tokens} tokens so far`];
}

/** Phases that need no reason. */
const plain: ReadonlySet<string> = new Set(['Succeeded', 'Running']);
const words: Readonly<Record<string, string>> = {
  CacheHit: 'from the cache',
  Replayed: 'taken over from the run that is replayed',
  FallbackUsed: 'its fallback succeeded',
};

function whyOf({ phase, reason = '', message, retryAt }: ShownStep): readonly string[] {
  const word = words[reason];
  if (word !== undefined) return [word];
  if (plain.has(phase)) return [];
  const why = message ?? reason;
  return [...(why === '' ? [] : [why]), ...(retryAt === undefined ? [] : [`again at ${retryAt}`])];
}
