import type { z } from 'zod';
import { runnerResult, type RunnerResult } from '../api/runner-result.ts';
import type { JsonValue } from '../api/json.ts';
import { defined } from '../core/defined.ts';
import { findExcess } from '../core/json-schema/find-excess.ts';
import { schemaLimits } from '../core/json-schema/limits.ts';
import { failed, type Verdict } from './verdict.ts';

/** So much of the end of standard output is kept by `operator/runtimes/method/launch.sh`. */
export const keptOutputBytes = 1_048_576;

const [lineFeed, carriageReturn] = [10, 13];

/**
 * What `/conclave/result.json` says, as far as this kind of work may say it: code has no models and stores no artifacts,
 * so that a forged document says no more than the program could have returned.
 */
export function parseResult(bytes: Uint8Array, kind: string): Verdict {
  const document = parseJson(bytes);
  if ('problem' in document) return failed('ResultInvalid', `The result ${document.problem}.`);
  const parsed = runnerResult.safeParse(document.value);
  if (!parsed.success) return failed('ResultInvalid', `The result is no Result document${describe(parsed.error)}.`);
  return believe(parsed.data, kind === 'code');
}

function describe({ issues }: z.ZodError): string {
  const [issue] = issues;
  if (issue === undefined) return '';
  const place = issue.path.length === 0 ? '' : ` at ${issue.path.join('.')}`;
  return `${place}: ${issue.message}`;
}

function believe({ outcome, outputs = {}, error, usage, artifacts }: RunnerResult, isCode: boolean): Verdict {
  const used = isCode ? {} : defined({ usage });
  if (outcome === 'succeeded') return { outcome, outputs, ...used, ...(isCode ? {} : defined({ artifacts })) };
  const reason = outcome === 'limit' ? 'LimitReached' : 'Failed';
  return { outcome, error: error ?? { reason, message: '', retryable: false }, ...used };
}

/** What an image says that knows nothing of results: the last line of its standard output, as JSON or as text. */
export function parseLastLine(bytes: Uint8Array): Verdict {
  const end = bytes.findLastIndex((byte) => byte !== lineFeed && byte !== carriageReturn) + 1;
  const start = bytes.subarray(0, end).lastIndexOf(lineFeed) + 1;
  if (start === 0 && end >= keptOutputBytes - 1) {
    return failed('ResultTooLarge', `The last line of standard output has more than ${keptOutputBytes} bytes.`);
  }
  const line = decode(bytes.subarray(start, end))?.trim();
  if (line === undefined) return failed('ResultInvalid', 'The last line of standard output is not UTF-8.');
  if (line === '') return { outcome: 'succeeded', outputs: {} };
  const value = parseLine(line);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    const excess = findExcess(value, schemaLimits.value);
    if (excess !== undefined) return failed('ResultInvalid', `The last line of standard output ${excess}.`);
    return { outcome: 'succeeded', outputs: value as Record<string, JsonValue> };
  }
  return { outcome: 'succeeded', outputs: { value } };
}

function parseLine(line: string): JsonValue {
  try {
    return JSON.parse(line) as JsonValue;
  } catch {
    return line;
  }
}

function parseJson(bytes: Uint8Array): { readonly value: JsonValue } | { readonly problem: string } {
  const text = decode(bytes);
  if (text === undefined) return { problem: 'is not UTF-8' };
  let value: JsonValue;
  try {
    value = JSON.parse(text) as JsonValue;
  } catch {
    return { problem: 'is not JSON' };
  }
  const excess = findExcess(value, schemaLimits.value);
  return excess === undefined ? { value } : { problem: excess };
}

/** Undefined for what is not UTF-8. */
function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
