import { sourceLimits } from '../document/limits.ts';
import type { PlacedIssue } from '../document/placed-issue.ts';
import type { Issue } from '../issue.ts';
import { formatIssuePath } from '../issue-path.ts';
import type { Finding } from './verdict.ts';

/** An issue that may have a place in a text. */
export type ToldIssue = Issue & Partial<Pick<PlacedIssue, 'position'>>;

type Severity = NonNullable<Issue['severity']> | 'error';

/** Issues of one source as a verdict tells them, in the order of the text; no more than anyone will read. */
export function findingsOf(
  issues: readonly ToldIssue[],
  file: string | undefined,
): Readonly<Record<Severity, readonly Finding[]>> {
  const told = capped(issues);
  const only = (wanted: Severity) =>
    told.filter(({ severity = 'error' }) => severity === wanted).map((issue) => toFinding(issue, file));
  return { error: only('error'), warning: only('warning'), note: only('note') };
}

function capped(issues: readonly ToldIssue[]): readonly ToldIssue[] {
  const kept = issues.slice(0, sourceLimits.issues);
  const last = kept.at(-1);
  if (last === undefined || kept.length === issues.length) return inOrder(issues);
  const message = `there are more issues here than the ${sourceLimits.issues} that are shown`;
  const position = last.position === undefined ? {} : { position: last.position };
  return [...inOrder(kept), { code: 'TooManyIssues', path: [], message, ...position }];
}

const start = { line: 0, column: 0 };

function inOrder(issues: readonly ToldIssue[]): readonly ToldIssue[] {
  return [...issues].sort(({ position: left = start }, { position: right = start }) =>
    left.line === right.line ? left.column - right.column : left.line - right.line,
  );
}

function toFinding({ code, level, path, message, hint, position }: ToldIssue, file: string | undefined): Finding {
  return {
    ...{ code, level: level ?? 1 },
    ...(file !== undefined && { file }),
    ...position,
    ...{ path: formatIssuePath(path), message },
    ...(hint !== undefined && { hint }),
  };
}
