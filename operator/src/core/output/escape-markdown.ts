import { plainLine, plainText } from './plain-text.ts';

/** Entities mean the same in text, in HTML and in attributes; in code they are shown as they are, but end nothing. */
const ENTITIES = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['`', '&#96;'],
]);

const MOST_INDENT = 40;

/**
 * Text of unknown origin on one line of CommonMark or GitHub's Markdown: it means itself, wherever it stands, and becomes
 * neither markup, nor HTML, nor a link, not even together with what stands beside it.
 */
export function escapeInline(text: string): string {
  return escapeLine(plainLine(text));
}

/** The same with its lines and paragraphs, for text that stands alone between lines of Markdown. */
export function escapeBlock(text: string): string {
  return plainText(text)
    .trim()
    .split(/\n(?:[^\S\n]*\n)+/)
    .map((paragraph) => paragraph.split('\n').map(escapeIndented).join('\\\n'))
    .join('\n\n');
}

/** Text for an attribute of HTML that a template writes around it: quotes cannot end it. */
export function escapeAttribute(text: string): string {
  return escapeInline(text).replaceAll('"', '&quot;').replaceAll("'", '&#39;');
}

function escapeLine(line: string): string {
  return line
    .replaceAll(/[\\*_[\]|~#$@]/g, String.raw`\$&`)
    .replaceAll(/[&<>`]/g, (character) => ENTITIES.get(character) ?? character)
    .replaceAll(/:(?=\/|$)|!$/g, String.raw`\$&`)
    .replaceAll(/(www)\./gi, String.raw`$1\.`)
    .replace(/^[-+=:.)]/, String.raw`\$&`)
    .replace(/^(\d+)(?=[.)](?:\s|$))/, '$1\\');
}

/** Space that Markdown would take for code stays, as space that does not break. */
function escapeIndented(line: string): string {
  const text = line.trimStart();
  const indent = line.slice(0, line.length - text.length).replaceAll('\t', '    ');
  return '&nbsp;'.repeat(Math.min(indent.length, MOST_INDENT)) + escapeLine(text.trimEnd().replaceAll(/\s/g, ' '));
}
