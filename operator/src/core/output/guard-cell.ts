import { plainText } from './plain-text.ts';

/** What spreadsheets read as a formula: OWASP's list, with the wide forms that some of them take for the same. */
const FORMULA = /^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/** Text of a cell that no spreadsheet takes for a formula: an apostrophe stands before what it would; numbers stay. */
export function guardCell(text: string): string {
  return FORMULA.test(text) && !NUMBER.test(text) ? `'${plainText(text)}` : plainText(text);
}
