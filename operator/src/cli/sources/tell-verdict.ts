import type { Terminal } from '../terminal.ts';
import { renderJson, renderText } from '../validate/render-report.ts';
import { isValid, type Report } from '../validate/report.ts';

/**
 * Tells what is wrong with the input of a command whose output is something else, and whether the command can go on.
 * Errors in JSON are the answer itself; everything else goes to standard error, so that the output stays clean.
 */
export function tellVerdict(report: Report, terminal: Terminal, asJson: boolean): boolean {
  const findings = report.findings.filter(({ severity }) => severity !== 'note');
  const told: Report = { ...report, findings };
  if (isValid(told)) {
    if (findings.length > 0) terminal.err(renderText(told, terminal.colours.err));
    return true;
  }
  if (asJson) terminal.out(renderJson(told));
  else terminal.err(renderText(told, terminal.colours.err));
  return false;
}
