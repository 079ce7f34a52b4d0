import type { Content } from 'pdfmake/interfaces.js';
import type { PdfPage } from './pdf-page.ts';
import { codeLayout } from './pdf-style.ts';

/** One of the fonts that every reader of PDF has; it knows these characters and few others. */
const IN_COURIER = /^[\x20-\x7e]*$/;

/** Laying out takes more than twice as long for twice as many lines: long code is a row of boxes. */
const MOST_LINES = 200;

/** Code in a shaded box, with its indentation and, where the font allows, letters of equal widths. */
export function pdfCode(code: string, page: PdfPage): Content {
  const lines = code.replaceAll('\t', '    ').split('\n').flatMap(breakLine);
  const isPlain = lines.every((line) => IN_COURIER.test(line));
  const boxes = Array.from({ length: Math.ceil(lines.length / MOST_LINES) }, (_, index) => {
    const part = lines.slice(index * MOST_LINES, (index + 1) * MOST_LINES);
    const text = isPlain
      ? { text: part.join('\n'), font: 'Courier' }
      : { text: part.map((line) => shown(line, page)).join('\n') };
    return [{ ...text, style: 'code', preserveLeadingSpaces: true }];
  });
  return { table: { widths: ['*'], body: boxes }, layout: codeLayout, margin: [0, 0, 0, 8] };
}

function shown(line: string, page: PdfPage): string {
  return page.show(line).replace(/^ +/, (indent) => '\u00a0'.repeat(indent.length));
}

/** Lines as wide as the box, which are broken anywhere. */
const WIDEST = 90;

function breakLine(line: string): string[] {
  return line === '' ? [''] : (line.match(new RegExp(`.{1,${WIDEST}}`, 'gsu')) ?? []);
}
