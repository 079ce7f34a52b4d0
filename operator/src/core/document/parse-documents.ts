import { parseEvents, YAMLException } from 'js-yaml';
import type { IssuePath } from '../issue.ts';
import { composeDocuments } from './compose-documents.ts';
import { flattenLists } from './flatten-lists.ts';
import { indexLines, type LineIndex, type Position } from './line-index.ts';
import { sourceLimits } from './limits.ts';
import type { PlacedIssue } from './placed-issue.ts';
import { findOffset, type PlacedValue } from './places.ts';
import { splitDocuments, splitJsonObjects, type TextSpan } from './split-documents.ts';
import { describeSyntaxError } from './syntax-errors.ts';

/** One document of a text: its plain value, and where in the text each part of it stands. */
export interface SourceDocument {
  readonly value: unknown;
  readonly position: Position;
  /** Where the key or the value at a path stands; where there is none, the nearest value above it. */
  locate(path: IssuePath, part?: 'key' | 'value'): Position;
}

/** What a text holds. Issues of the text itself, such as duplicate keys, come beside the documents. */
export interface ParsedText {
  readonly documents: readonly SourceDocument[];
  readonly issues: readonly PlacedIssue[];
}

/**
 * Reads YAML or JSON as kubectl does: several documents between `---`, JSON objects one after the other, the items of
 * a List each on its own. Never throws; time and memory are bounded by `sourceLimits`.
 */
export function parseDocuments(text: string): ParsedText {
  const positionAt = indexLines(text);
  if (countMarks(text) > sourceLimits.marks) return refuse(`${sourceLimits.marks} values`);
  const spans = splitDocuments(text);
  if (spans.length > sourceLimits.documents) return refuse(tooManyDocuments);
  const parsed = spans.map((span) => parseSpan(text, span, positionAt));
  const roots = parsed.flatMap(({ documents }) => documents).filter(({ value }) => value !== null);
  const values = roots.flatMap(flattenLists);
  if (values.length > sourceLimits.documents) return refuse(tooManyDocuments);
  const issues = [...parsed.flatMap((span) => span.issues), ...values.flatMap((value) => weigh(value, positionAt))];
  return {
    documents: values.filter(isOfFairSize).map((value) => placeDocument(value, positionAt)),
    issues: capIssues(issues),
  };
}

const tooManyDocuments = `${sourceLimits.documents} documents`;

function placeDocument(root: PlacedValue, positionAt: LineIndex): SourceDocument {
  return {
    value: root.value,
    position: positionAt(root.offset),
    locate: (path, part = 'value') => positionAt(findOffset(root, path, part)),
  };
}

function refuse(excess: string): { documents: []; issues: PlacedIssue[] } {
  const message = `the file holds more than ${excess}`;
  const position = { line: 1, column: 1 };
  return { documents: [], issues: [{ code: 'FileTooLarge', path: [], position, message, hint: 'split the file' }] };
}

function isOfFairSize({ value, places }: PlacedValue): boolean {
  const place = typeof value === 'object' && value !== null ? places.get(value) : undefined;
  return place === undefined || place.weight <= sourceLimits.documentValues;
}

function weigh(root: PlacedValue, positionAt: LineIndex): PlacedIssue[] {
  if (isOfFairSize(root)) return [];
  const message = `the object holds more than ${sourceLimits.documentValues} values, which no cluster would take`;
  const hint = 'split it, or keep data outside of it';
  return [{ code: 'DocumentTooLarge', path: [], position: positionAt(root.offset), message, hint }];
}

function capIssues(issues: readonly PlacedIssue[]): readonly PlacedIssue[] {
  const kept = issues.slice(0, sourceLimits.issues);
  const last = kept.at(-1);
  if (last === undefined || kept.length === issues.length) return issues;
  const message = `${issues.length - kept.length} more issues are not shown`;
  return [...kept, { code: 'TooManyIssues', path: [], message, position: last.position }];
}

/** Counts the places where a value may begin, which bounds what the parser makes of the text. */
function countMarks(text: string): number {
  let count = 0;
  for (let index = 0; index < text.length; index++) {
    const character = text[index] ?? '';
    if (',[{'.includes(character)) count++;
    else if (':-?'.includes(character) && ' \t\r\n'.includes(text[index + 1] ?? '\n')) count++;
  }
  return count;
}

interface ParsedSpan {
  readonly documents: readonly PlacedValue[];
  readonly issues: readonly PlacedIssue[];
}

/** A piece that is no YAML may still be JSON objects in a row. */
function parseSpan(text: string, span: TextSpan, positionAt: LineIndex): ParsedSpan {
  const whole = parseYaml(text, span, positionAt);
  if (whole.issues.every(({ code }) => code !== 'InvalidYaml')) return whole;
  const objects = splitJsonObjects(text, span);
  if (objects.length < 2) return whole;
  if (objects.length > sourceLimits.documents) return refuse(tooManyDocuments);
  const parsed = objects.map((object) => parseYaml(text, object, positionAt));
  return {
    documents: parsed.flatMap(({ documents }) => documents),
    issues: parsed.flatMap(({ issues }) => issues),
  };
}

function parseYaml(text: string, { start, end }: TextSpan, positionAt: LineIndex): ParsedSpan {
  const piece = text.slice(start, end);
  try {
    const events = parseEvents(piece, { maxDepth: sourceLimits.depth });
    const { documents, issues } = composeDocuments(piece, events, { base: start, positionAt });
    return { documents, issues: [...checkMarker(piece, start, positionAt), ...issues] };
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    const offset = error.mark?.position ?? 0;
    const issue = describeSyntaxError(error.reason, piece.slice(offset).trim() === '');
    return { documents: [], issues: [{ ...issue, path: [], position: positionAt(start + offset) }] };
  }
}

/** kubectl refuses what YAML allows: a value in the line of the marker. */
function checkMarker(piece: string, start: number, positionAt: LineIndex): PlacedIssue[] {
  const marker = /(?<![^\r\n])---[ \t]+[^#\s]/.exec(piece);
  if (marker === null) return [];
  const position = positionAt(start + marker.index + marker[0].length - 1);
  const message = 'kubectl takes nothing but a comment behind `---`';
  return [{ code: 'InvalidYaml', path: [], position, message, hint: 'begin the document in the next line' }];
}
