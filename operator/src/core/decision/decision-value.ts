import { defined } from '../defined.ts';
import type { DecisionKey } from './decision-key.ts';

/** What an annotation says once it is stamped: who decided what, and on what. */
export interface DecisionValue {
  /** `done` of an action that was taken. */
  readonly decision: 'approved' | 'rejected' | 'done';
  /** User name, as the API server authenticated it. */
  readonly by: string;
  /** Digest of what was decided on. */
  readonly digest: string;
  readonly comment?: string;
}

/** Characters (code points) that a comment may have. */
export const longestComment = 1024;

const decisionsOf = { approval: ['approved', 'rejected'], action: ['done'] } as const satisfies Record<
  DecisionKey['kind'],
  readonly DecisionValue['decision'][]
>;

/** The one way to write a decision, byte for byte: what the admission policies demand, and what is read back. */
export function formatDecisionValue({ decision, by, digest, comment }: DecisionValue): string {
  return JSON.stringify({ decision, by, digest, ...defined({ comment }) });
}

/**
 * Reads a stamped decision. Only the one way to write it is taken: a value that says a thing twice, says more, or says it
 * otherwise could be read as something else by somebody else.
 */
export function parseDecisionValue(
  kind: DecisionKey['kind'],
  text: string,
): { readonly value: DecisionValue } | { readonly problem: string } {
  const parsed = parseObject(text);
  if (parsed === undefined) return { problem: 'it is not stamped: no JSON object as the admission policies write it' };
  const { decision, by, digest, comment } = parsed;
  const decisions: readonly unknown[] = decisionsOf[kind];
  if (!decisions.includes(decision)) return { problem: `its decision is none of: ${decisions.join(', ')}` };
  if (!isName(by)) return { problem: 'it does not say who decided, in at most 1024 characters on one line' };
  if (typeof digest !== 'string' || !digestForm.test(digest)) return { problem: 'its digest is no digest' };
  if (comment !== undefined && !isComment(comment)) return { problem: badComment };
  const value = { decision, by, digest, ...defined({ comment }) } as DecisionValue;
  if (formatDecisionValue(value) !== text) return { problem: 'it is not written in the one way that decisions are' };
  return { value };
}

const digestForm = /^sha256:[0-9a-f]{64}$/;
const control = /\p{Cc}/u;
const whitespaceOutside = /^\p{White_Space}|\p{White_Space}$/u;
const badComment = `its comment is empty, not trimmed, not on one line, or longer than ${longestComment} characters`;

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    return undefined;
  }
}

const isName = (name: unknown): name is string =>
  typeof name === 'string' && name !== '' && lengthOf(name) <= 1024 && isPlain(name);

const isComment = (comment: unknown): comment is string =>
  typeof comment === 'string' &&
  comment !== '' &&
  lengthOf(comment) <= longestComment &&
  isPlain(comment) &&
  !whitespaceOutside.test(comment);

/** Without control characters, and Unicode: no half of a surrogate pair. */
const isPlain = (text: string) => !control.test(text) && text.isWellFormed();

const lengthOf = (text: string) => Array.from(text).length;
