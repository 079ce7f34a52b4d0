import type { Position } from '../document/line-index.ts';
import type { SourceDocument } from '../document/parse-documents.ts';
import type { PlacedIssue } from '../document/placed-issue.ts';
import type { Issue, IssuePath } from '../issue.ts';
import { formatIssuePath } from '../issue-path.ts';
import { fromCanonical, type MadeManifest } from './from-canonical.ts';
import { canonicalWords } from './canonical-words.ts';
import { isCanonicalForm } from './is-canonical-form.ts';

/** A manifest that a file holds, as it stands there or made from the canonical form, and the way back to the file. */
export interface ReadManifest {
  readonly value: unknown;
  /** Whether it was made from a document in the canonical form. */
  readonly isCanonical: boolean;
  /** Where its document begins. */
  readonly position: Position;
  /** What the canonical form itself got wrong, as the file has it; empty of what was written as a manifest. */
  readonly issues: readonly PlacedIssue[];
  /** Where in the file the key or the value at a path of the manifest stands. */
  locate(path: IssuePath, part?: 'key' | 'value'): Position;
  /** A path of the manifest as the file has it: `steps[2].depends_on` for `spec.steps[2].dependsOn`. */
  describePath(path: IssuePath): string;
  /** An issue of the manifest as the file has it: path, position, and the names of fields in its words. */
  place(issue: Issue): PlacedIssue;
}

/** The manifests of a text: those that stand there, and those that its documents in the canonical form stand for. */
export function readManifests(documents: readonly SourceDocument[]): readonly ReadManifest[] {
  return documents.flatMap((document) =>
    isCanonicalForm(document.value) ? readCanonical(document, document.value) : [asItIs(document)],
  );
}

function asItIs(document: SourceDocument): ReadManifest {
  const { value, position } = document;
  return {
    ...{ value, position, isCanonical: false, issues: [] },
    locate: (path, part) => document.locate(path, part),
    describePath: formatIssuePath,
    place: (issue) => placeIssue(document, issue),
  };
}

function readCanonical(document: SourceDocument, value: object): ReadManifest[] {
  const { manifests, issues } = fromCanonical(value);
  const placed = issues.map((issue) => placeIssue(document, issue));
  if (manifests.length === 0) return [{ ...asItIs(document), isCanonical: true, issues: placed }];
  // The issues of the document are told once, with the first of its manifests.
  return manifests.map((made, index) => asMade(document, made, index === 0 ? placed : []));
}

function asMade(document: SourceDocument, made: MadeManifest, issues: readonly PlacedIssue[]): ReadManifest {
  return {
    ...{ value: made.value, position: document.position, isCanonical: true, issues },
    locate: (path, part) => document.locate(made.originOf(path), part),
    describePath: (path) => formatIssuePath(made.originOf(path)),
    place: (issue) => placeIssue(document, canonicalWords(issue, made.originOf(issue.path))),
  };
}

function placeIssue(document: SourceDocument, issue: Issue): PlacedIssue {
  return { ...issue, position: document.locate(issue.path, issue.atKey ? 'key' : 'value') };
}
