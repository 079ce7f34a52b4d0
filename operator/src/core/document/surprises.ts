import { clip } from '../quote.ts';
import type { PathlessIssue } from './placed-issue.ts';
import type { Surprise } from './resolve-scalar.ts';

/** The warning for a scalar that kubectl reads in a way its author may not expect. */
export function describeSurprise(surprise: Surprise, source: string, value: unknown): PathlessIssue {
  const text = clip(source);
  const read = String(value);
  switch (surprise) {
    case 'BooleanWord':
      return {
        code: 'BooleanWord',
        severity: 'warning',
        message: `\`${text}\` without quotes is read as ${read}`,
        hint: `write ${read}, or "${text}" for the word`,
      };
    case 'OctalNumber':
      return {
        code: 'OctalNumber',
        severity: 'warning',
        message: `\`${text}\` begins with 0 and is read as the octal number ${read}`,
        hint: `write ${read}, or "${text}" for text`,
      };
    case 'InexactNumber':
      return {
        code: 'InexactNumber',
        severity: 'warning',
        message: `\`${text}\` is too large to be kept exactly; it becomes ${read}`,
        hint: `write "${text}" for text`,
      };
  }
}
