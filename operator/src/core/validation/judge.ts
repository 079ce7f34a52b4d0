import { kinds } from '../../api/kinds.ts';
import { sourceLimits } from '../document/limits.ts';
import type { PlacedIssue } from '../document/placed-issue.ts';
import { isError, type Issue } from '../issue.ts';
import { DuplicateObjects } from './duplicate-objects.ts';
import { estimatedRun, totalEstimate } from './estimated-runs.ts';
import { fillDefaults } from './fill-defaults.ts';
import { findingsOf, type ToldIssue } from './findings.ts';
import { identifyKind } from './identify-kind.ts';
import { pruneDefaultedNulls } from './prune-nulls.ts';
import { validateDocument } from './validate-document.ts';
import { hasFurtherLevels, validateObject, type ValidObject } from './validate-object.ts';
import type { EstimatedRun, Finding, Verdict } from './verdict.ts';
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

/**
 * The verdict on documents, by all four levels of validation: the one that the command line, the operator and the API
 * give. The documents see each other beside what is known of the world. Never throws, whatever the documents are.
 */
export function judge(sources: readonly JudgedSource[], known: World): Verdict {
  const examined = sources.map((source) => ({ source, documents: examineAll(source.documents) }));
  const objects = examined.flatMap(({ documents }) => documents.flatMap(({ object }) => object ?? []));
  const context = { book: new WorldBook(known, objects), duplicates: new DuplicateObjects() };
  const judged = examined.map(({ source, documents }) => judgeSource(source, documents, context));
  const only = (wanted: Severity) => judged.flatMap(({ findings }) => findings[wanted]);
  const errors = only('error');
  const estimates = judged.flatMap((each) => each.estimates);
  return {
    ...{ valid: errors.length === 0, errors, warnings: only('warning'), notes: only('note') },
    ...{ ...totalEstimate(estimates), estimates },
  };
}

type Severity = 'error' | 'warning' | 'note';

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
  hint: 'mend the errors of its schema first',
};

interface JudgeContext {
  readonly book: WorldBook;
  readonly duplicates: DuplicateObjects;
}

interface JudgedFindings {
  readonly findings: Readonly<Record<Severity, readonly Finding[]>>;
  readonly estimates: readonly EstimatedRun[];
}

function judgeSource(
  { file, issues = [] }: JudgedSource,
  documents: readonly ExaminedDocument[],
  { book, duplicates }: JudgeContext,
): JudgedFindings {
  const told: ToldIssue[] = [...issues];
  const estimates: EstimatedRun[] = [];
  for (const { document, found, object } of documents) {
    if (told.length > sourceLimits.issues) break;
    told.push(...(document.issues ?? []));
    const all = [...found];
    if (object !== undefined) {
      const { issues: further, estimate } = validateObject(object, book.of(object));
      all.push(...duplicates.add(object), ...further);
      if (estimate !== undefined) estimates.push(estimatedRun(object, estimate, file));
    }
    told.push(...all.map((issue) => document.place?.(issue) ?? issue));
  }
  return { findings: findingsOf(told, file), estimates };
}
