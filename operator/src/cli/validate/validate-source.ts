import type { KindDefinition } from '../../api/kind.ts';
import { decodeText } from '../../core/document/decode-text.ts';
import { sourceLimits } from '../../core/document/limits.ts';
import { parseDocuments, type SourceDocument } from '../../core/document/parse-documents.ts';
import type { PlacedIssue } from '../../core/document/placed-issue.ts';
import { formatIssuePath } from '../../core/issue-path.ts';
import { validateDocument } from '../../core/validation/validate-document.ts';
import { type Finding, severityOf } from './report.ts';

/** What was found in one file. */
export interface SourceReport {
  readonly findings: readonly Finding[];
  readonly documents: number;
}

const START = { line: 1, column: 1 } as const;

/** Validates all documents of one file, level 1: text, then each document. Findings stand in the order of the text.
 * Without bytes, the file was too large to be read. */
export function validateSource(
  file: string,
  bytes: Uint8Array | undefined,
  kinds: readonly KindDefinition[],
): SourceReport {
  if (bytes === undefined) return { findings: [toFinding(file, tooLarge)], documents: 0 };
  const decoded = decodeText(bytes);
  if ('issue' in decoded)
    return { findings: [toFinding(file, { ...decoded.issue, position: decoded.position })], documents: 0 };
  const { documents, issues } = parseDocuments(decoded.text);
  const placed = [...issues, ...validateAll(documents, kinds)];
  if (placed.length === 0 && documents.length === 0) placed.push(empty);
  const findings = capped(placed).map((issue) => toFinding(file, issue));
  return { findings: findings.sort((a, b) => a.line - b.line || a.column - b.column), documents: documents.length };
}

/** Ends early when there is more than anyone will read. */
function validateAll(documents: readonly SourceDocument[], kinds: readonly KindDefinition[]): PlacedIssue[] {
  const placed: PlacedIssue[] = [];
  for (const document of documents) {
    if (placed.length > sourceLimits.issues) break;
    for (const issue of validateDocument(document.value, kinds))
      placed.push({ ...issue, position: document.locate(issue.path, issue.atKey ? 'key' : 'value') });
  }
  return placed;
}

function capped(issues: readonly PlacedIssue[]): readonly PlacedIssue[] {
  const kept = issues.slice(0, sourceLimits.issues);
  const last = kept.at(-1);
  if (last === undefined || kept.length === issues.length) return issues;
  const message = `there are more issues in this file than the ${sourceLimits.issues} that are shown`;
  return [...kept, { code: 'TooManyIssues', path: [], message, position: last.position }];
}

const mebibytes = sourceLimits.fileBytes / 1024 / 1024;
const tooLarge: PlacedIssue = {
  code: 'FileTooLarge',
  path: [],
  position: START,
  message: `the file is larger than ${mebibytes} MiB`,
  hint: 'split the file; one object in a cluster is at most 1.5 MiB',
};
const empty: PlacedIssue = {
  code: 'EmptyFile',
  severity: 'warning',
  path: [],
  position: START,
  message: 'the file holds no documents',
};

function toFinding(file: string, issue: PlacedIssue): Finding {
  const { code, path, message, hint, position } = issue;
  return {
    severity: severityOf(issue),
    code,
    level: 1,
    file,
    ...position,
    path: formatIssuePath(path),
    message,
    ...(hint !== undefined && { hint }),
  };
}
