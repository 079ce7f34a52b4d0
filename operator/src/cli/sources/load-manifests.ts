import type { KindDefinition } from '../../api/kind.ts';
import { sourceLimits } from '../../core/document/limits.ts';
import type { PlacedIssue } from '../../core/document/placed-issue.ts';
import type { ReadManifest } from '../../core/dsl/read-pipeline-documents.ts';
import { formatIssuePath } from '../../core/issue-path.ts';
import { validateDocument } from '../../core/validation/validate-document.ts';
import type { Terminal } from '../terminal.ts';
import { type Finding, type Report, severityOf } from '../validate/report.ts';
import type { ParsedSource } from './parse-source.ts';
import { readSources } from './read-sources.ts';

/** A manifest and the file that it stands in. */
export interface LoadedManifest {
  readonly file: string;
  readonly manifest: ReadManifest;
}

/** The manifests of files, and what is wrong with them as level 1 of validation sees it. */
export interface LoadedManifests {
  readonly manifests: readonly LoadedManifest[];
  readonly report: Report;
}

/**
 * Reads what files hold and checks it against its schemas.
 * @throws Failure when no file is named, or one cannot be read
 */
export async function loadManifests(paths: readonly string[], terminal: Terminal): Promise<LoadedManifests> {
  const [sources, { kinds }] = await Promise.all([readSources(paths, terminal), import('../../api/kinds.ts')]);
  const manifests = sources.flatMap((source) => source.manifests.map((manifest) => ({ file: source.file, manifest })));
  const findings = sources.flatMap((source) =>
    checkSource(source, kinds)
      .map((issue) => toFinding(source.file, issue))
      .sort((a, b) => a.line - b.line || a.column - b.column),
  );
  const told = manifests.length === 0 ? findings.map(asError) : findings;
  const documents = sources.reduce((sum, source) => sum + source.documents, 0);
  return { manifests, report: { findings: told, files: sources.length, documents } };
}

/** An empty file among others is no mistake, but nothing at all is. */
function asError(finding: Finding): Finding {
  return finding.code === 'EmptyFile' ? { ...finding, severity: 'error' } : finding;
}

/** Ends early when there is more than anyone will read. */
function checkSource({ manifests, issues }: ParsedSource, kinds: readonly KindDefinition[]): PlacedIssue[] {
  const placed = [...issues];
  for (const manifest of manifests) {
    if (placed.length > sourceLimits.issues) break;
    placed.push(...manifest.issues, ...validateDocument(manifest.value, kinds).map((issue) => manifest.place(issue)));
  }
  const last = placed[sourceLimits.issues];
  if (last === undefined) return placed;
  const message = `there are more issues in this file than the ${sourceLimits.issues} that are shown`;
  const { position } = last;
  return [...placed.slice(0, sourceLimits.issues), { code: 'TooManyIssues', path: [], message, position }];
}

/** An issue as reports tell it. */
export function toFinding(file: string, issue: PlacedIssue): Finding {
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
