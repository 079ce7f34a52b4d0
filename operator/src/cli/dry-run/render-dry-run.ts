import type { DryRunReport } from '../../core/dry-run/dry-run-report.ts';
import { without } from '../../core/defined.ts';
import { renderYaml } from '../../core/document/render-yaml.ts';
import type { Finding } from '../validate/report.ts';
import { renderTable } from './render-table.ts';

/** How a report is written. */
export interface ReportStyle {
  readonly format: 'table' | 'json' | 'yaml';
  /** What was run. */
  readonly title: string;
  /** Characters in a line, where that is known. */
  readonly columns: number | undefined;
  readonly inColour: boolean;
  /** What validation warns of. */
  readonly warnings: readonly Finding[];
}

const usualColumns = 80;

/** A dry-run as text. */
export function renderDryRun(report: DryRunReport, { format, columns = usualColumns, ...style }: ReportStyle): string {
  const told = {
    ...report,
    warnings: [...report.warnings, ...style.warnings.map((warning) => without(warning, 'severity'))],
  };
  switch (format) {
    case 'json':
      return `${JSON.stringify(told, undefined, 2)}\n`;
    case 'yaml':
      return renderYaml(told);
    case 'table':
      return renderTable(report, { columns, ...style });
  }
}
