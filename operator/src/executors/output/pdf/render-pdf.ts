import { lexer } from 'marked';
import pdfmake from 'pdfmake';
import type { Node, NodeQueries, TDocumentDefinitions } from 'pdfmake/interfaces.js';
import type { TextDocument } from '../../../core/output/output-document.ts';
import { pdfBlocks } from './pdf-blocks.ts';
import { fonts } from './pdf-fonts.ts';
import { PdfPage } from './pdf-page.ts';
import { BODY_SIZE, colours, PAGE_MARGINS, styles } from './pdf-style.ts';

/** A report as PDF (A4). The same document gives the same bytes. Nothing is read but the fonts, nothing is fetched. */
export async function renderPdf(document: TextDocument): Promise<Uint8Array> {
  allowFontsOnly();
  return pdfmake.createPdf(definitionOf(document)).getBuffer();
}

function allowFontsOnly(): void {
  const files = new Set<string>(Object.values(fonts).flatMap((faces) => Object.values(faces)));
  pdfmake.setFonts(fonts);
  pdfmake.setUrlAccessPolicy(() => false);
  pdfmake.setLocalAccessPolicy((path) => files.has(path));
}

/** In larger reports, to look where pages end would take too long. */
const MOST_BLOCKS_TO_KEEP = 300;

function definitionOf({ title, markdown, createdAt }: TextDocument): TDocumentDefinitions {
  const page = new PdfPage();
  const content = pdfBlocks(lexer(markdown, { gfm: true }), page);
  const shownTitle = page.show(title);
  const missing = page.glyphs.describe();
  return {
    info: { title, producer: 'Conclave', creator: 'Conclave', creationDate: new Date(createdAt) },
    pageSize: 'A4',
    pageMargins: PAGE_MARGINS,
    content: [...content, ...(missing === undefined ? [] : [{ text: missing, style: 'note' }])],
    styles,
    defaultStyle: { font: 'Roboto', fontSize: BODY_SIZE, lineHeight: 1.25, color: colours.ink },
    footer: (current, count) => footerOf(shownTitle, `${current} / ${count}`),
    displayTitle: true,
    ...(content.length <= MOST_BLOCKS_TO_KEEP && { pageBreakBefore: isLeftBehind }),
  };
}

/** A heading at the foot of a page belongs to the next. The footer counts among what follows, at a place further up. */
function isLeftBehind(node: Node, nodes: NodeQueries): boolean {
  if (node.headlineLevel === undefined) return false;
  const { top } = node.startPosition;
  return nodes.getFollowingNodesOnPage().every((next) => next.startPosition.top <= top);
}

const LONGEST_FOOTER = 90;

function footerOf(title: string, pages: string) {
  const text = title.length > LONGEST_FOOTER ? `${title.slice(0, LONGEST_FOOTER)}…` : title;
  return {
    columns: [{ text }, { text: pages, alignment: 'right' as const, width: 60 }],
    margin: [56, 18, 56, 0] as [number, number, number, number],
    fontSize: 8,
    color: colours.quiet,
  };
}
