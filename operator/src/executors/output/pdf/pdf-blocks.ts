import type { MarkedToken, Token, Tokens } from 'marked';
import type { Content } from 'pdfmake/interfaces.js';
import { inlineRuns, type Run } from './inline-runs.ts';
import { pdfCode } from './pdf-code.ts';
import type { PdfPage } from './pdf-page.ts';
import { colours, PAGE_WIDTH, quoteLayout } from './pdf-style.ts';
import { splitRuns } from './split-runs.ts';
import { pdfTable } from './pdf-table.ts';

/** Lists and quotations inside each other beyond this are shown as they are written. */
const DEEPEST = 5;

/** Blocks of Markdown as parts of a PDF. */
export function pdfBlocks(tokens: readonly Token[], page: PdfPage, depth = 0): Content[] {
  return tokens.flatMap((token) => blockOf(token as MarkedToken, page, depth));
}

function blockOf(token: MarkedToken, page: PdfPage, depth: number): Content[] {
  if (depth > DEEPEST) return asWritten(token.raw, page);
  switch (token.type) {
    case 'list':
      return [listOf(token, page, depth)];
    case 'blockquote':
      return [quotation(pdfBlocks(token.tokens, page, depth + 1))];
    case 'code':
      return [pdfCode(token.text, page)];
    case 'table':
      return pdfTable(token, page);
    case 'hr':
      return [rule];
    case 'space':
    case 'def':
      return [];
    default:
      return textBlock(token, page);
  }
}

function textBlock(token: MarkedToken, page: PdfPage): Content[] {
  switch (token.type) {
    case 'heading':
      return [{ text: inlineRuns(token.tokens, page), style: `heading${token.depth}`, headlineLevel: token.depth }];
    case 'paragraph':
      return splitRuns(inlineRuns(token.tokens, page)).map((text) => ({ text, style: 'paragraph' }));
    case 'text':
      return splitRuns(inlineRuns(token.tokens ?? [token], page)).map((text) => ({ text }));
    default:
      return asWritten(token.raw, page);
  }
}

/** HTML, and what is nested too deeply. */
function asWritten(raw: string, page: PdfPage): Content[] {
  return splitRuns([{ text: page.show(raw.trim()) }]).map((text) => ({ text, style: 'paragraph' }));
}

const rule: Content = {
  canvas: [{ type: 'line', x1: 0, y1: 0, x2: PAGE_WIDTH, y2: 0, lineWidth: 0.6, lineColor: colours.line }],
  margin: [0, 6, 0, 12],
};

function listOf({ items, ordered, start }: Tokens.List, page: PdfPage, depth: number): Content {
  const contents = items.map((item) => itemOf(item, page, depth));
  const margin: [number, number, number, number] = depth === 0 ? [0, 0, 0, 7] : [0, 0, 0, 0];
  return ordered ? { ol: contents, start: start === '' ? 1 : start, margin } : { ul: contents, margin };
}

/** A box that can be ticked stands in one line with what is to be done. */
function itemOf({ tokens, task, checked }: Tokens.ListItem, page: PdfPage, depth: number): Content {
  const [first, ...rest] = tokens.filter(({ type }) => type !== 'checkbox');
  if (!task) return { stack: pdfBlocks(tokens, page, depth + 1) };
  const box: Run = { text: checked === true ? '[x] ' : '[  ] ' };
  const head = first === undefined ? [] : inlineRuns((first as MarkedToken & { tokens?: Token[] }).tokens ?? [], page);
  return { stack: [{ text: [box, ...head] }, ...pdfBlocks(rest, page, depth + 1)], listType: 'none' } as Content;
}

function quotation(stack: Content[]): Content {
  return {
    table: { widths: ['*'], body: [[{ stack, color: colours.quiet }]] },
    layout: quoteLayout,
    margin: [0, 0, 0, 7],
  };
}
