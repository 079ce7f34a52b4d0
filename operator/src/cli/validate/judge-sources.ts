import { judge } from '../../core/validation/judge.ts';
import type { Finding as VerdictFinding, Verdict } from '../../core/validation/verdict.ts';
import { unknownWorld } from '../../core/validation/world.ts';
import type { ParsedSource } from '../sources/parse-source.ts';
import type { Finding, Report } from './report.ts';

/** A file and what it holds. */
export interface NamedSource extends ParsedSource {
  readonly file: string;
}

/** The verdict on files by all levels of validation: they are the world of each other, and more may exist on a cluster. */
export function judgeSources(sources: readonly NamedSource[]): Report {
  const verdict = judge(
    sources.map(({ file, issues, manifests }) => ({ file, issues, documents: manifests })),
    unknownWorld,
  );
  const documents = sources.reduce((sum, source) => sum + source.documents, 0);
  const findings = inOrder(verdict, sources).map((finding) => (documents === 0 ? asError(finding) : finding));
  const { estimatedCostUnits, estimatedDurationMinutes, estimates: runs } = verdict;
  const isEstimated = estimatedCostUnits !== undefined && estimatedDurationMinutes !== undefined;
  return {
    ...{ findings, files: sources.length, documents },
    ...(isEstimated && { estimate: { estimatedCostUnits, estimatedDurationMinutes, runs } }),
  };
}

/** An empty file among others is no mistake, but nothing at all is. */
function asError(finding: Finding): Finding {
  return finding.code === 'EmptyFile' ? { ...finding, severity: 'error' } : finding;
}

/** By file, as they were named, and by place in it. */
function inOrder({ errors, warnings, notes }: Verdict, sources: readonly NamedSource[]): Finding[] {
  const positions = new Map(sources.map(({ file }, position) => [file, position]));
  const positionOf = ({ file }: Finding) => positions.get(file) ?? 0;
  return [...placed('error', errors), ...placed('warning', warnings), ...placed('note', notes)].sort(
    (one, other) => positionOf(one) - positionOf(other) || one.line - other.line || one.column - other.column,
  );
}

function placed(severity: Finding['severity'], findings: readonly VerdictFinding[]): Finding[] {
  return findings.map(({ code, level, file = '', line = 1, column = 1, path, message, hint }) => ({
    ...{ severity, code, level, file, line, column, path, message },
    ...(hint !== undefined && { hint }),
  }));
}
