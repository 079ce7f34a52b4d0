import { isGood, isMet, type Requirement, type ScenarioResult } from './scenario.ts';

/** A table with aligned columns: numbers to the right, words to the left. */
export function formatTable(rows: ScenarioResult['rows']): string {
  const heads = Object.keys(rows[0] ?? {});
  const cells = [heads, ...rows.map((row) => heads.map((head) => String(row[head] ?? '')))];
  const widths = heads.map((_, column) => Math.max(...cells.map((line) => line[column]?.length ?? 0)));
  const isNumber = heads.map((head) => rows.every((row) => typeof row[head] === 'number'));
  const align = (text: string, column: number): string =>
    isNumber[column] === true ? text.padStart(widths[column] ?? 0) : text.padEnd(widths[column] ?? 0);
  return cells.map((line) => line.map(align).join('  ').trimEnd()).join('\n');
}

/** The whole result for people. */
export function formatResult(result: ScenarioResult): string {
  const verdicts = result.requirements.map(formatRequirement);
  return [formatTable(result.rows), verdicts.join('\n'), result.notes.join('\n')]
    .filter((part) => part !== '')
    .join('\n\n');
}

function formatRequirement(requirement: Requirement): string {
  const { name, measured } = requirement;
  const bound = 'atLeast' in requirement ? `at least ${requirement.atLeast}` : `at most ${requirement.atMost}`;
  return `${isMet(requirement) ? '✓' : '✗'} ${name}: ${measured} (${bound})`;
}

/** The whole result for programs. */
export function resultAsJson(scenario: string, result: ScenarioResult, environment: object): string {
  const { rows, requirements, notes, figures = {} } = result;
  return JSON.stringify(
    { scenario, ...figures, environment, rows, requirements, notes, passed: isGood(result) },
    null,
    2,
  );
}
