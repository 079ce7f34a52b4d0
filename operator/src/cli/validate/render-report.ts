import { paint, printable } from '../paint.ts';
import { type Finding, isValid, type Report } from './report.ts';

/** The report for people: a line for each finding, its hint below, and a summary. */
export function renderText(report: Report, inColour: boolean): string {
  const lines = report.findings.map((finding) => renderFinding(finding, inColour));
  return [...lines, summarize(report), ''].join('\n');
}

function renderFinding(
  { severity, code, file, line, column, path, message, hint }: Finding,
  inColour: boolean,
): string {
  const where = `${printable(file)}:${line}:${column}`;
  const tail = `[${code}]${path === '' ? '' : ` (${printable(path)})`}`;
  const text = `${where}: ${paint(severity, severity, inColour)}: ${printable(message)} ${paint('dim', tail, inColour)}`;
  return hint === undefined ? text : `${text}\n  hint: ${printable(hint)}`;
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

const countOf = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** The report for programs. */
export function renderJson(report: Report): string {
  const only = (wanted: Finding['severity']) =>
    report.findings.flatMap(({ severity, ...finding }) => (severity === wanted ? [finding] : []));
  const { files, documents } = report;
  const json = {
    valid: isValid(report),
    errors: only('error'),
    warnings: only('warning'),
    notes: only('note'),
    files,
    documents,
  };
  return `${JSON.stringify(json, undefined, 2)}\n`;
}
