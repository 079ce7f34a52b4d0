import type { CustomTableLayout, StyleDictionary } from 'pdfmake/interfaces.js';

/** Colours of a report. */
export const colours = {
  ink: '#1f2328',
  quiet: '#59636e',
  line: '#d1d9e0',
  shade: '#f6f8fa',
  accent: '#0b5cad',
} as const;

/** Margins of a page, in points: left, upper, right, lower. */
export const PAGE_MARGINS: [number, number, number, number] = [56, 52, 56, 56];

/** What they leave of the width of A4. */
export const PAGE_WIDTH = 595.28 - 112;

/** Size of the body's letters, in points. */
export const BODY_SIZE = 10;

const heading = (fontSize: number, above: number, below: number) => ({
  fontSize,
  bold: true,
  lineHeight: 1.1,
  margin: [0, above, 0, below] as [number, number, number, number],
});

/** Styles by name. */
export const styles: StyleDictionary = {
  heading1: { ...heading(20, 0, 8), color: colours.accent },
  heading2: heading(14.5, 12, 5),
  heading3: heading(12, 10, 4),
  heading4: heading(10.5, 8, 3),
  heading5: heading(10, 8, 3),
  heading6: { ...heading(10, 8, 3), color: colours.quiet },
  paragraph: { margin: [0, 0, 0, 7] },
  list: { margin: [0, 0, 0, 7] },
  code: { fontSize: 8.5, lineHeight: 1.3 },
  cell: { fontSize: 9, lineHeight: 1.15 },
  headCell: { fontSize: 9, bold: true, lineHeight: 1.15 },
  note: { fontSize: 8.5, color: colours.quiet, margin: [0, 2, 0, 7] },
};

/** Tables of data: thin lines between rows, a shaded head. */
export const tableLayout: CustomTableLayout = {
  hLineWidth: (row) => (row === 1 ? 0.8 : 0.4),
  vLineWidth: () => 0,
  hLineColor: () => colours.line,
  fillColor: (row) => (row === 0 ? colours.shade : null),
  paddingTop: () => 3.5,
  paddingBottom: () => 2.5,
  paddingLeft: () => 5,
  paddingRight: () => 5,
};

/** A shaded box around code. */
export const codeLayout: CustomTableLayout = {
  hLineWidth: () => 0,
  vLineWidth: () => 0,
  fillColor: () => colours.shade,
  paddingTop: (row) => (row === 0 ? 6 : 0),
  paddingBottom: (row, { table }) => (row === table.body.length - 1 ? 5 : 0),
  paddingLeft: () => 8,
  paddingRight: () => 8,
};

/** A bar beside a quotation. */
export const quoteLayout: CustomTableLayout = {
  hLineWidth: () => 0,
  vLineWidth: (column) => (column === 0 ? 2.5 : 0),
  vLineColor: () => colours.line,
  paddingTop: () => 2,
  paddingBottom: () => 0,
  paddingLeft: () => 10,
  paddingRight: () => 0,
};
