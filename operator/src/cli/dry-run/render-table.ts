import type { DryRunReport, DryRunStep } from '../../core/dry-run/dry-run-report.ts';
import { renderYaml } from '../../core/document/render-yaml.ts';
import type { Finding } from '../validate/report.ts';
import { paint, printable } from '../paint.ts';
import { barMarks, drawBar, type TimeScale } from './draw-bar.ts';
import { formatDuration } from './format-duration.ts';

/** How a table is shown. */
export interface TableStyle {
  /** What was run. */
  readonly title: string;
  /** Characters in a line; at least `narrowest` are used. */
  readonly columns: number;
  readonly inColour: boolean;
  /** What validation warns of. */
  readonly warnings: readonly Finding[];
}

const narrowest = 60;
/** Rows of a table; whoever has more steps reads them as JSON. */
const mostRows = 400;
/** Lines of outputs. */
const mostOutputLines = 40;

/** A dry-run for people: a line of time for each step, then what came out and what is left to say. */
export function renderTable(report: DryRunReport, style: TableStyle): string {
  const sections = [
    [headline(report, style)],
    renderSteps(report, style),
    renderOutputs(report),
    estimateLines(report),
    renderWaiting(report),
    renderWarnings(report, style),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function headline({ phase, reason, message, durationSeconds }: DryRunReport, { title, inColour }: TableStyle): string {
  const verdict = `${printable(title)}: ${paintPhase(phase, inColour)} after ${formatDuration(durationSeconds)} of virtual time`;
  if (phase === 'Succeeded') return verdict;
  return `${verdict}\n  ${printable(reason)}${message === undefined ? '' : `: ${printable(message)}`}`;
}

interface Layout extends TimeScale {
  readonly pathWidth: number;
  readonly inColour: boolean;
}

const phaseWidth = 9;
const attemptsWidth = 'ATTEMPTS'.length;
const gap = '  ';

function renderSteps(report: DryRunReport, { columns, inColour }: TableStyle): string[] {
  const steps = Object.entries(report.steps);
  const shown = steps.slice(0, mostRows);
  const width = Math.max(narrowest, columns);
  const longest = Math.max(4, ...shown.map(([path]) => printable(path).length));
  const pathWidth = Math.min(longest, Math.floor(width * 0.4));
  const barWidth = width - pathWidth - phaseWidth - attemptsWidth - 3 * gap.length;
  const layout: Layout = { pathWidth, inColour, width: barWidth, seconds: report.durationSeconds };
  const rest = steps.length > shown.length ? [`and ${steps.length - shown.length} more steps: see -o json`] : [];
  const marks = legend(
    shown.map(([, step]) => step),
    layout,
  );
  const rows = shown.flatMap(([path, step]) => renderStep(path, step, layout));
  return [header(layout), ...rows, ...rest, ...(marks === '' ? [] : [marks])];
}

function header({ pathWidth, width, seconds, inColour }: Layout): string {
  const end = formatDuration(seconds);
  const middle = formatDuration(seconds / 2);
  const axis = seconds === 0 ? '0 s' : `0 s${centred(middle, width - 3 - end.length)}${end}`;
  const line = [pad('STEP', pathWidth), pad('PHASE', phaseWidth), pad('ATTEMPTS', attemptsWidth), axis].join(gap);
  return paint('dim', line, inColour);
}

const centred = (text: string, width: number) => pad(text.padStart(Math.floor((width + text.length) / 2)), width);
const pad = (text: string, width: number) => text.padEnd(width);

function renderStep(path: string, step: DryRunStep, layout: Layout): string[] {
  const { phase, attempts } = step;
  const name = pad(clipStart(printable(path), layout.pathWidth), layout.pathWidth);
  const painted = paintPhase(phase, layout.inColour) + ' '.repeat(phaseWidth - phase.length);
  const bar = drawBar(step, layout);
  const why = describe(step);
  // What never began has no attempts and no bar: there is room for why.
  const fits = why !== undefined && bar === '' && why.length <= attemptsWidth + gap.length + layout.width;
  if (fits) return [[name, painted, why].join(gap)];
  const count = String(attempts === 0 ? '-' : attempts).padStart(attemptsWidth);
  const line = [name, painted, count, bar].join(gap).trimEnd();
  return why === undefined ? [line] : [line, `  ${paint('dim', why, layout.inColour)}`];
}

/** Why a step stands where it stands, where that is worth a line. */
function describe({ phase, reason, message }: DryRunStep): string | undefined {
  if (phase === 'Succeeded' && reason !== 'FallbackUsed') return undefined;
  if (message === undefined || message === '') return reason;
  return printable(phase === 'Failed' ? `${reason}: ${message}` : message);
}

/** What the marks mean that are there to be seen. */
function legend(steps: readonly DryRunStep[], scale: TimeScale): string {
  const seen = new Set(steps.flatMap((step) => drawBar(step, scale).split('')));
  const meanings = [
    [barMarks.runs, 'an attempt runs'],
    [barMarks.fails, 'an attempt fails'],
    [barMarks.waits, 'waits'],
    [barMarks.parts, 'its parts run'],
    [barMarks.atOnce, 'done at once'],
  ] as const;
  return meanings
    .filter(([mark]) => seen.has(mark))
    .map(([mark, meaning]) => `${mark} ${meaning}`)
    .join(gap);
}

function renderOutputs({ outputs }: DryRunReport): string[] {
  if (Object.keys(outputs).length === 0) return [];
  const lines = renderYaml(outputs)
    .trimEnd()
    .split('\n')
    .map((line) => `  ${printable(line)}`);
  const rest = lines.length > mostOutputLines ? ['  …'] : [];
  return ['outputs:', ...lines.slice(0, mostOutputLines), ...rest];
}

function estimateLines({ estimatedCostUnits, estimatedDurationSeconds, estimate }: DryRunReport): string[] {
  const duration = formatDuration(estimatedDurationSeconds);
  const assumptions = estimate.assumptions ?? [];
  return [
    `estimate for a cluster: at most ${estimatedCostUnits} cost units and ${duration}`,
    ...assumptions.map((assumption) => `  ${printable(assumption)}`),
  ];
}

function renderWaiting({ waitingFor, phase }: DryRunReport): string[] {
  if (phase !== 'Waiting') return [];
  return waitingFor.map(({ kind, name, message }) => `waits for ${kind} ${printable(name)}: ${printable(message)}`);
}

function renderWarnings(report: DryRunReport, { warnings, inColour }: TableStyle): string[] {
  const own = report.warnings.map(({ step, message }) => (step === undefined ? message : `${step}: ${message}`));
  const count = `${warnings.length} warning${warnings.length === 1 ? '' : 's'}`;
  const others = warnings.length === 0 ? [] : [`validation has ${count}: see conclave validate, or -o json`];
  return [...own, ...others].map((text) => `${paint('warning', 'warning', inColour)}: ${printable(text)}`);
}

const phaseStyles = new Map([
  ['Failed', 'error'],
  ['Waiting', 'warning'],
  ['Cancelled', 'warning'],
  ['Skipped', 'dim'],
] as const);

function paintPhase(phase: DryRunStep['phase'], inColour: boolean): string {
  const style = phaseStyles.get(phase as 'Failed');
  return style === undefined ? phase : paint(style, phase, inColour);
}

/** The end of a path says which step it is. */
const clipStart = (text: string, width: number) =>
  text.length <= width ? text : `…${text.slice(text.length - width + 1)}`;
