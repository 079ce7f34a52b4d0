import { paint, printable } from '../paint.ts';
import { type Finding, isValid, type Report } from './report.ts';

/** The report for people: a line for each finding, its hint below, and a summary. */
export function renderText(report: Report, inColour: boolean): string {
  const lines = report.findings.map((finding) => renderFinding(finding, inColour));
  const estimate = isValid(report) ? describeEstimate(report) : [];
  return [...lines, summarize(report), ...estimate, ''].join('\n');
}

function renderFinding(
  { severity, code, file, line, column, path, message, hint }: Finding,
  inColour: boolean,
): string {
  const where = `${printable(file)}:${line}:${column}`;
  const tail = `[${code}]${path === '' ? '' : ` (${printable(path)})`}`;
  // What marks a place in an expression stands on lines of its own.
  const [first = '', ...marked] = message.split('\n').map(printable);
  const text = `${where}: ${paint(severity, severity, inColour)}: ${first} ${paint('dim', tail, inColour)}`;
  const below = marked.filter((each) => each !== '').map((each) => `  ${each}`);
  return [text, ...below, ...(hint === undefined ? [] : [`  hint: ${printable(hint)}`])].join('\n');
}

function summarize({ findings, files, documents }: Report): string {
  const found = (['error', 'warning', 'note'] as const).flatMap((severity) => {
    const count = findings.filter((finding) => finding.severity === severity).length;
    return count === 0 ? [] : [countOf(count, severity)];
  });
  const where = `${countOf(documents, 'document')} in ${countOf(files, 'file')}`;
  const verdict = findings.some(({ severity }) => severity === 'error') ? 'invalid' : 'valid';
  return `${verdict}: ${found.length === 0 ? 'no mistakes' : found.join(', ')} (${where})`;
}

function describeEstimate({ estimate }: Report): string[] {
  if (estimate === undefined) return [];
  return estimate.runs.map(({ name, estimatedCostUnits, estimatedDurationMinutes }) => {
    const minutes = countOf(estimatedDurationMinutes, 'minute');
    return `a run of ${printable(name)}: at most ${estimatedCostUnits} cost units and ${minutes}`;
  });
}

const countOf = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** The report for programs. */
export function renderJson(report: Report): string {
  const only = (wanted: Finding['severity']) =>
    report.findings.flatMap(({ severity, ...finding }) => (severity === wanted ? [finding] : []));
  const { files, documents, estimate } = report;
  const { runs, ...totals } = estimate ?? { runs: [] };
  const json = {
    valid: isValid(report),
    errors: only('error'),
    warnings: only('warning'),
    notes: only('note'),
    ...totals,
    ...(estimate !== undefined && { estimates: runs }),
    files,
    documents,
  };
  return `${JSON.stringify(json, undefined, 2)}\n`;
}
