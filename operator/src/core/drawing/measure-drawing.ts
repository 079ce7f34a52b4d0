import type { DrawnGroup, DrawnNode, Shape } from './drawing.ts';
import { cellsOf, clipToCells, wrapToCells } from './measure-text.ts';

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Size of the letters, in pixels. A cell of a font with equal widths is six tenths of that, or a little more. */
export const fontSizes = { name: 13, detail: 11, label: 10.5 } as const;
const CELL = 0.605;

/** From the baseline of a line of text to the next. */
export const lineHeights = { name: 17, detail: 15, label: 13 } as const;

const MOST_CELLS = 42;
const LABEL_CELLS = 28;
const LABEL_LINES = 3;

/** Lines of a node or a group as they are drawn: cut where they are long, a decision broken into lines instead. */
export function linesOf({ lines, ...item }: DrawnNode | DrawnGroup): string[] {
  if (item.kind === 'node' && item.shape === 'decision') return lines.flatMap((line) => wrapToCells(line, 28, 4));
  return lines.map((line) => clipToCells(line, MOST_CELLS));
}

/** Lines of the labels of an arrow as they are drawn. */
export function labelLines(labels: readonly string[]): string[] {
  return labels.flatMap((label) => wrapToCells(label, LABEL_CELLS, LABEL_LINES));
}

/** Space that shapes need at both sides of their text, together, and above and below it. */
const margins: Readonly<Record<Shape, Size>> = {
  box: { width: 24, height: 18 },
  rounded: { width: 28, height: 18 },
  stadium: { width: 40, height: 18 },
  subroutine: { width: 40, height: 18 },
  cylinder: { width: 24, height: 34 },
  slanted: { width: 48, height: 18 },
  decision: { width: 52, height: 18 },
  gate: { width: 40, height: 22 },
  note: { width: 34, height: 18 },
};

/** Size of a node with its text. */
export function measureNode(node: DrawnNode): Size {
  const text = measureLines(linesOf(node));
  const margin = margins[node.shape];
  return { width: Math.ceil(text.width + margin.width), height: Math.ceil(text.height + margin.height) };
}

/** Size of the text at the head of a group. */
export function measureGroupTitle(group: DrawnGroup): Size {
  return measureLines(linesOf(group));
}

function measureLines([name = '', ...details]: readonly string[]): Size {
  const widths = [textWidth(name, fontSizes.name), ...details.map((line) => textWidth(line, fontSizes.detail))];
  return { width: Math.max(...widths), height: lineHeights.name + details.length * lineHeights.detail };
}

/** Size of the labels of an arrow; nothing when there are none. */
export function measureLabels(labels: readonly string[]): Size {
  const lines = labelLines(labels);
  if (lines.length === 0) return { width: 0, height: 0 };
  const width = Math.max(...lines.map((line) => textWidth(line, fontSizes.label)));
  return { width: Math.ceil(width + 10), height: lines.length * lineHeights.label + 6 };
}

const textWidth = (text: string, fontSize: number) => cellsOf(text) * fontSize * CELL;
