import { decodeText } from '../../core/document/decode-text.ts';
import { sourceLimits } from '../../core/document/limits.ts';
import { parseDocuments } from '../../core/document/parse-documents.ts';
import type { PlacedIssue } from '../../core/document/placed-issue.ts';
import { type ReadManifest, readManifests } from '../../core/dsl/read-pipeline-documents.ts';

/** What a file holds, and what is wrong with it as a text. */
export interface ParsedSource {
  readonly manifests: readonly ReadManifest[];
  readonly issues: readonly PlacedIssue[];
  /** How many there are; one in the canonical form may be several manifests. */
  readonly documents: number;
}

const START = { line: 1, column: 1 } as const;

/** Reads the manifests of a file, the canonical form included. Without bytes, the file was too large to be read. */
export function parseSource(bytes: Uint8Array | undefined): ParsedSource {
  if (bytes === undefined) return { manifests: [], issues: [tooLarge], documents: 0 };
  const decoded = decodeText(bytes);
  if ('issue' in decoded)
    return { manifests: [], issues: [{ ...decoded.issue, position: decoded.position }], documents: 0 };
  const { documents, issues } = parseDocuments(decoded.text);
  if (documents.length === 0 && issues.length === 0) return { manifests: [], issues: [empty], documents: 0 };
  return { manifests: readManifests(documents), issues, documents: documents.length };
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
