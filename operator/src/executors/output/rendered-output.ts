import type { OutputDocument, OutputFormat } from '../../core/output/output-document.ts';

/** A file that an `output` step has made. */
export interface RenderedOutput {
  readonly bytes: Uint8Array;
  readonly mediaType: string;
  readonly fileName: string;
}

/** Most bytes of one output. */
export const MOST_BYTES = 20 * 1024 * 1024;

/** How a format is called, and how its files end. */
export const fileTypes: Readonly<Record<OutputFormat, { readonly mediaType: string; readonly ending: string }>> = {
  pdf_report: { mediaType: 'application/pdf', ending: 'pdf' },
  graph_visualization: { mediaType: 'image/svg+xml', ending: 'svg' },
  csv_dataset: { mediaType: 'text/csv; charset=utf-8; header=present', ending: 'csv' },
  json: { mediaType: 'application/json', ending: 'json' },
  markdown: { mediaType: 'text/markdown; charset=utf-8', ending: 'md' },
};

/** The file that some bytes are. */
export function fileOf({ format, name }: OutputDocument, bytes: Uint8Array): RenderedOutput {
  const { mediaType, ending } = fileTypes[format];
  return { bytes, mediaType, fileName: `${name}.${ending}` };
}
