import type { DryRunStep } from '../../core/dry-run/dry-run-report.ts';

/** What stands for what in a bar. */
export const barMarks = {
  runs: '█',
  fails: 'x',
  waits: '·',
  parts: '─',
  atOnce: '|',
} as const;

/** The time that bars show, and how many characters they have for it. */
export interface TimeScale {
  readonly seconds: number;
  readonly width: number;
}

type Mark = (typeof barMarks)[keyof typeof barMarks];

/**
 * A line of time for a step: its attempts, where it waited for something in between, or where its parts ran. What takes
 * less than a character still has one.
 */
export function drawBar(step: DryRunStep, scale: TimeScale): string {
  const { startedAtSeconds: from, finishedAtSeconds: to = scale.seconds, history } = step;
  if (from === undefined) return '';
  const cells = new Array<string>(scale.width).fill(' ');
  const fill = (start: number, end: number, mark: Mark) => {
    const [first, last] = cellsOf(start, end, scale);
    cells.fill(mark, first, last + 1);
  };
  fill(from, to, restMark(step));
  for (const { startedAtSeconds, finishedAtSeconds = scale.seconds, result } of history)
    fill(startedAtSeconds, finishedAtSeconds, result === 'Failed' ? barMarks.fails : barMarks.runs);
  return cells.join('').trimEnd();
}

/** What a step does while it makes no attempt. */
function restMark({ startedAtSeconds, finishedAtSeconds, history, reason, outputs }: DryRunStep): Mark {
  if (history.length > 0) return barMarks.waits;
  if (startedAtSeconds === finishedAtSeconds) return barMarks.atOnce;
  const waits =
    reason.startsWith('WaitingFor') || Object.hasOwn(outputs, 'decision') || Object.hasOwn(outputs, 'assets');
  return waits ? barMarks.waits : barMarks.parts;
}

/** The first and the last character of a span. */
function cellsOf(start: number, end: number, { seconds, width }: TimeScale): readonly [number, number] {
  const cellSeconds = (seconds === 0 ? 1 : seconds) / width;
  const first = Math.min(width - 1, Math.round(start / cellSeconds));
  const last = Math.min(width - 1, Math.max(first, Math.round(end / cellSeconds) - 1));
  return [first, last];
}
