import { kinds } from '../../api/kinds.ts';
import { sourceLimits } from '../document/limits.ts';
import type { PlacedIssue } from '../document/placed-issue.ts';
import { isError, type Issue } from '../issue.ts';
import { formatIssuePath } from '../issue-path.ts';
import { fillDefaults } from './fill-defaults.ts';
import { DuplicateObjects } from './duplicate-objects.ts';
import { identifyKind } from './identify-kind.ts';
import { pruneDefaultedNulls } from './prune-nulls.ts';
import { validateDocument } from './validate-document.ts';
import { hasFurtherLevels, validateObject, type ValidObject } from './validate-object.ts';
import type { Finding, Verdict } from './verdict.ts';
import type { World } from './world.ts';
import { WorldBook } from './world-book.ts';

/** Documents that stand together, such as those of one file. */
export interface JudgedSource {
  /** Name of the file, where they come from one. */
  readonly file?: string;
  /** What the text itself got wrong. */
  readonly issues?: readonly PlacedIssue[];
  readonly documents: readonly JudgedDocument[];
}

/** A document and how its issues are told. */
export interface JudgedDocument {
  readonly value: unknown;
  /** What was found when it was read. With an error among it, nothing is asked of the value. */
  readonly issues?: readonly PlacedIssue[];
  /** Gives an issue its place in the text, and the text's own words. */
  place?(issue: Issue): PlacedIssue;
}

/** An issue that may have a place. */
type Told = Issue & Partial<Pick<PlacedIssue, 'position'>>;

/**
 * The verdict on documents, by all four levels of validation: the one that the command line, the operator and the API
 * give. The documents see each other beside what is known of the world. Never throws, whatever the documents are.
 */
export function judge(sources: readonly JudgedSource[], known: World): Verdict {
  const examined = sources.map(({ documents, ...source }) => ({ ...source, documents: examineAll(documents) }));
  const objects = examined.flatMap(({ documents }) => documents.flatMap(({ object }) => object ?? []));
  const book = new WorldBook(known, objects);
  const duplicates = new DuplicateObjects();
  const told = examined.flatMap(({ file, issues = [], documents }) => {
    const all: Told[] = [...issues];
    for (const { document, found, object } of documents) {
      if (all.length > sourceLimits.issues) break;
      const further =
        object === undefined ? [] : [...duplicates.add(object), ...validateObject(object, book.of(object))];
      all.push(...(document.issues ?? []), ...[...found, ...further].map((issue) => document.place?.(issue) ?? issue));
    }
    return capped(all).map((issue) => ({ severity: issue.severity ?? 'error', finding: toFinding(issue, file) }));
  });
  const only = (wanted: string) => told.filter(({ severity }) => severity === wanted).map(({ finding }) => finding);
  const errors = only('error');
  return { valid: errors.length === 0, errors, warnings: only('warning'), notes: only('note') };
}

/** A document with what level 1 found, and the object that it is when that is no error. */
interface ExaminedDocument {
  readonly document: JudgedDocument;
  readonly found: readonly Issue[];
  readonly object?: ValidObject;
}

/** Ends early when there is more than anyone will read. */
function examineAll(documents: readonly JudgedDocument[]): ExaminedDocument[] {
  const examined: ExaminedDocument[] = [];
  let issues = 0;
  for (const document of documents) {
    if (issues > sourceLimits.issues) break;
    const each = examine(document);
    issues += each.found.length;
    examined.push(each);
  }
  return examined;
}

function examine(document: JudgedDocument): ExaminedDocument {
  const { value, issues = [] } = document;
  if (issues.some(isError)) return { document, found: [] };
  const found = validateDocument(value, kinds);
  const identified = identifyKind(value, kinds);
  if (!('definition' in identified)) return { document, found };
  const { kind, schema } = identified.definition;
  if (!found.some(isError)) {
    const object = fillDefaults(schema, pruneDefaultedNulls(schema, value)) as ValidObject;
    return { document, found, object };
  }
  return { document, found: hasFurtherLevels(kind) ? [...found, furtherChecksSkipped] : found };
}

const furtherChecksSkipped: Issue = {
  code: 'FurtherChecksSkipped',
  severity: 'note',
  path: [],
  message: 'what it refers to, its data flow and what it takes were not checked, because it does not fit its schema',
  hint: 'mend the errors above first',
};

function capped(issues: readonly Told[]): readonly Told[] {
  const kept = issues.slice(0, sourceLimits.issues);
  const last = kept.at(-1);
  if (last === undefined || kept.length === issues.length) return inOrder(issues);
  const message = `there are more issues here than the ${sourceLimits.issues} that are shown`;
  const position = last.position === undefined ? {} : { position: last.position };
  return [...inOrder(kept), { code: 'TooManyIssues', path: [], message, ...position }];
}

/** In the order of the text, where there is one. */
function inOrder(issues: readonly Told[]): readonly Told[] {
  const start = { line: 0, column: 0 };
  return [...issues].sort(({ position: left = start }, { position: right = start }) =>
    left.line === right.line ? left.column - right.column : left.line - right.line,
  );
}

function toFinding({ code, level, path, message, hint, position }: Told, file: string | undefined): Finding {
  return {
    code,
    level: level ?? 1,
    ...(file !== undefined && { file }),
    ...position,
    path: formatIssuePath(path),
    message,
    ...(hint !== undefined && { hint }),
  };
}
