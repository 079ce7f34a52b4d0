import { z } from 'zod';
import type { JsonValue } from '../../operator/src/api/json.ts';
import { parseDocuments } from '../../operator/src/core/document/parse-documents.ts';
import { formatIssuePath } from '../../operator/src/core/issue-path.ts';
import { faultSchema } from './fault.ts';

const json = z.json() as unknown as z.ZodType<JsonValue, JsonValue>;
const someText = z.string().min(1);

const condition = z.strictObject({
  role: someText.optional(),
  step: someText.optional(),
  contains: someText.optional(),
  tool: someText.optional(),
  call: z.int().min(1).optional(),
});

/** Which requests a rule is for: all that it says has to hold. */
export type Condition = z.output<typeof condition>;

const toolCall = z.strictObject({
  name: someText,
  arguments: z.record(z.string(), json).default({}),
});

const answer = z.union(
  [
    z.strictObject({ content: z.string() }),
    z.strictObject({ json }),
    z.strictObject({ toolCalls: z.array(toolCall).min(1) }),
    z.strictObject({ fault: faultSchema }),
  ],
  { error: 'must have one of content, json, toolCalls and fault, and nothing else' },
);

const rule = z.strictObject({ when: condition.default({}), answer });
export type Rule = z.output<typeof rule>;

const faultRule = z.strictObject({ when: condition.default({}), fault: faultSchema });

/** A fault that is asked for while the stand-in runs: `{when?, fault}`. */
export const faultOnDemand = faultRule;

const script = z.array(rule);

/** A script that cannot be used; the message says what is wrong and where, a line for each. */
export class ScriptError extends Error {
  override readonly name = 'ScriptError';
}

/** Reads a script: a YAML list of rules. @throws ScriptError */
export function parseScript(text: string, file: string): readonly Rule[] {
  const { documents, issues } = parseDocuments(text);
  const say = ({ line, column }: { line: number; column: number }, message: string) =>
    `${file}:${line}:${column}: ${message}`;
  if (issues.length > 0) throw new ScriptError(issues.map((issue) => say(issue.position, issue.message)).join('\n'));
  const [document, another] = documents;
  if (document === undefined) return [];
  if (another !== undefined) throw new ScriptError(say(another.position, 'a script is one list of rules'));
  const { data, error } = script.safeParse(document.value);
  if (data !== undefined) return data;
  const lines = error.issues.flatMap(plainIssues).map(({ path, message }) => {
    const name = formatIssuePath(path);
    return say(document.locate(path), name === '' ? message : `${name}: ${message}`);
  });
  throw new ScriptError(lines.join('\n'));
}

interface PlainIssue {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

type ZodIssue = z.core.$ZodIssue;

/** Of an answer that fits no kind: what is wrong with the kind that it was meant to be. */
function plainIssues(issue: ZodIssue): readonly PlainIssue[] {
  const path = issue.path.map((part) => (typeof part === 'number' ? part : String(part)));
  const meant =
    issue.code === 'invalid_union'
      ? issue.errors.find((one) => one.length > 0 && one.every((inner) => inner.path.length > 0))
      : undefined;
  if (meant === undefined) return [{ path, message: issue.message }];
  return meant.flatMap(plainIssues).map((inner) => ({ ...inner, path: [...path, ...inner.path] }));
}
