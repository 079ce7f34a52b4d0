import { parseSource } from '../cli/sources/parse-source.ts';
import type { IssueExample } from '../core/validation/catalogue/issue-entry.ts';
import { judge } from '../core/validation/judge.ts';
import type { Verdict } from '../core/validation/verdict.ts';
import { unknownWorld } from '../core/validation/world.ts';

/** The verdict on the example of a code. */
export function judgeExample(example: IssueExample): Verdict {
  const isText = 'text' in example;
  const { issues, manifests } = parseSource(isText ? new TextEncoder().encode(example.text) : example.bytes());
  return judge([{ issues, documents: manifests }], (isText ? example.known?.world : undefined) ?? unknownWorld);
}
