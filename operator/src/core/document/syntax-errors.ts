import type { PathlessIssue } from './placed-issue.ts';

/** What to do about the parser's commonest complaints, by how they begin. */
const hints: readonly (readonly [start: string, hint: string])[] = [
  ['tab characters must not', 'indent with spaces'],
  ['bad indentation', 'give entries that belong together the same indentation; quote text that contains `: `'],
  ['deficient indentation', 'indent the lines of a value more than its key'],
  ['can not read a block mapping entry', 'put the text in quotes, or write `key: value` in one line'],
  ["expected ':' after", 'write a colon and a space between key and value'],
  [
    'end of the stream or a document separator',
    'put `---` between documents; look for a quote or bracket that ends early',
  ],
  ['missed comma', 'put a comma between the entries'],
  ['a whitespace character is expected', 'write a space after the colon'],
  ['nesting exceeded', 'write it with fewer levels'],
  ['unknown escape', 'write `\\\\` for a backslash, or use single quotes'],
  ['the stream contains non-printable', 'remove the control character, or write it as an escape in double quotes'],
];

const unclosed = 'the document ends too early: close the quote or bracket that was opened';

/** The issue for a text that is no YAML, from the parser's reason and whether it had reached the end. */
export function describeSyntaxError(reason: string, atEnd: boolean): PathlessIssue {
  const hint = atEnd ? unclosed : hints.find(([start]) => reason.startsWith(start))?.[1];
  const code = reason.startsWith('nesting exceeded') ? 'NestedTooDeep' : 'InvalidYaml';
  const message = code === 'NestedTooDeep' ? 'lists and objects nest too deep (more than 100 levels)' : reason;
  return { code, message, ...(hint !== undefined && { hint }) };
}
