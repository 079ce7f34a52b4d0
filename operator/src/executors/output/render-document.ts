import type { OutputDocument } from '../../core/output/output-document.ts';
import { renderSvg } from '../../core/drawing/render-svg.ts';
import { renderCsv } from './render-csv.ts';

/** The bytes of a document. May take long and much memory: see `renderOutput`. */
export async function renderDocument(document: OutputDocument): Promise<Uint8Array> {
  switch (document.format) {
    case 'pdf_report': {
      // Fonts and layout are loaded for reports only.
      const { renderPdf } = await import('./pdf/render-pdf.ts');
      return renderPdf(document);
    }
    case 'markdown':
      return encode(document.markdown);
    case 'json':
      return encode(document.json);
    case 'csv_dataset':
      return encode(renderCsv(document));
    case 'graph_visualization': {
      const rendered = renderSvg(document.drawing);
      if ('issue' in rendered) throw new Error(rendered.issue.message);
      return encode(rendered.svg);
    }
  }
}

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
