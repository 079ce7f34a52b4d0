import type { JsonObject } from '../../api/json.ts';
import { decodeText } from '../../core/document/decode-text.ts';
import { type SourceDocument, parseDocuments } from '../../core/document/parse-documents.ts';
import type { PlacedIssue } from '../../core/document/placed-issue.ts';
import { isPlainObject } from '../../core/dsl/is-plain-object.ts';
import { isError } from '../../core/issue.ts';
import { describeValue } from '../../core/validation/describe-value.ts';
import { exitCodes } from '../exit-codes.ts';
import { Failure, failureCodes } from '../failure.ts';
import { toFinding } from '../sources/load-manifests.ts';
import { readSource } from '../sources/read-source.ts';
import type { Terminal } from '../terminal.ts';
import type { Finding } from '../validate/report.ts';

/** A document that is no manifest: its only value, or what is wrong with the text. */
export type ReadValues = { readonly document: SourceDocument } | { readonly findings: readonly Finding[] };

/**
 * Reads the one document that an option gives: JSON as it stands there, else a file.
 * @throws Failure when it cannot be read
 */
export async function readValues(option: string, file: string, terminal: Terminal): Promise<ReadValues> {
  if (file.trimStart().startsWith('{')) return parseInline(option, file);
  const read = await readSource(file, terminal.input);
  if (read instanceof Failure) throw read;
  const parsed = read.bytes === undefined ? tooLarge : parseBytes(read.bytes);
  return 'document' in parsed ? parsed : { findings: parsed.issues.map((issue) => toFinding(file, issue)) };
}

type Parsed = { readonly document: SourceDocument } | { readonly issues: readonly PlacedIssue[] };

const start = { line: 1, column: 1 } as const;

const tooLarge: Parsed = {
  issues: [
    { code: 'FileTooLarge', path: [], position: start, message: 'the file is too large', hint: 'make it shorter' },
  ],
};

function parseBytes(bytes: Uint8Array): Parsed {
  const decoded = decodeText(bytes);
  if ('issue' in decoded) return { issues: [{ ...decoded.issue, position: decoded.position }] };
  return parseOne(decoded.text);
}

function parseOne(text: string): Parsed {
  const { documents, issues } = parseDocuments(text);
  const errors = issues.filter(isError);
  if (errors.length > 0) return { issues: errors };
  const [only, second] = documents;
  if (only !== undefined && second === undefined) return { document: only };
  const message = only === undefined ? 'the file holds nothing' : 'the file holds more than one document';
  return { issues: [{ code: 'InvalidValue', path: [], position: second?.position ?? start, message }] };
}

/** What `--inputs` gives: an object, or what is wrong with the file. */
export type ReadInputs = { readonly inputs: JsonObject } | { readonly findings: readonly Finding[] };

/**
 * Reads what `--inputs` gives.
 * @throws Failure when it cannot be read
 */
export async function readInputs(given: string, terminal: Terminal): Promise<ReadInputs> {
  const read = await readValues('--inputs', given, terminal);
  if ('findings' in read) return read;
  const { value, position } = read.document;
  if (isPlainObject(value)) return { inputs: value as JsonObject };
  const message = `inputs must be an object by the names of parameters, found ${describeValue(value)}`;
  return { findings: [toFinding(given, { code: 'WrongType', path: [], position, message })] };
}

function parseInline(option: string, text: string): { readonly document: SourceDocument } {
  const parsed = parseOne(text);
  if ('document' in parsed) return parsed;
  const [issue] = parsed.issues;
  throw new Failure({
    ...{ exitCode: exitCodes.usage, code: failureCodes.invalid, reason: 'Usage' },
    message: `${option} is no JSON: ${issue?.message ?? ''}`,
    hint: `name a file, or give an object: ${option} '{"name": "value"}'`,
  });
}
