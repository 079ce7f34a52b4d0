import type { Shape } from './drawing.ts';
import { CYLINDER_LID, DECISION_POINT, SLANT } from './shape-inset.ts';
import type { PlacedItem } from './layout-drawing.ts';

type Area = Pick<PlacedItem, 'x' | 'y' | 'width' | 'height'>;

/** The outline of a node as SVG elements. */
export function svgShape(shape: Shape, area: Area): string {
  return outlines[shape](area);
}

const outlines: Readonly<Record<Shape, (area: Area) => string>> = {
  box: (area) => rectangle(area, 2),
  rounded: (area) => rectangle(area, 8),
  stadium: (area) => rectangle(area, area.height / 2),
  subroutine: (area) => rectangle(area, 2) + path(...upright(area, 8), ...upright(area, area.width - 8)),
  cylinder,
  slanted: ({ x, y, width, height }) =>
    polygon([x + SLANT, y], [x + width, y], [x + width - SLANT, y + height], [x, y + height]),
  decision: ({ x, y, width, height }) =>
    polygon(
      ...([
        [x, y + height / 2],
        [x + DECISION_POINT, y],
        [x + width - DECISION_POINT, y],
      ] as const),
      ...([
        [x + width, y + height / 2],
        [x + width - DECISION_POINT, y + height],
        [x + DECISION_POINT, y + height],
      ] as const),
    ),
  gate: ({ x, y, width, height }) =>
    polygon(
      ...([
        [x + 11, y],
        [x + width - 11, y],
        [x + width, y + 11],
        [x + width, y + height - 11],
      ] as const),
      ...([
        [x + width - 11, y + height],
        [x + 11, y + height],
        [x, y + height - 11],
        [x, y + 11],
      ] as const),
    ),
  note: ({ x, y, width, height }) =>
    polygon([x, y], [x + width - 12, y], [x + width, y + 12], [x + width, y + height], [x, y + height]) +
    path('M', x + width - 12, y, 'V', y + 12, 'H', x + width),
};

/** A frame or a box with rounded corners. */
export function rectangle({ x, y, width, height }: Area, radius: number): string {
  return `<rect x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}" rx="${round(radius)}"/>`;
}

function cylinder({ x, y, width, height }: Area): string {
  const radii = [width / 2, CYLINDER_LID];
  const [top, bottom] = [y + CYLINDER_LID, y + height - CYLINDER_LID];
  const body = ['M', x, top, 'A', ...radii, 0, 0, 1, x + width, top, 'V', bottom];
  return (
    path(...body, 'A', ...radii, 0, 0, 1, x, bottom, 'Z') + path('M', x, top, 'A', ...radii, 0, 0, 0, x + width, top)
  );
}

const upright = ({ x, y, height }: Area, offset: number) => ['M', x + offset, y, 'V', y + height];

function polygon(...points: readonly (readonly [number, number])[]): string {
  return `<polygon points="${points.map(([x, y]) => `${round(x)},${round(y)}`).join(' ')}"/>`;
}

function path(...parts: readonly (string | number)[]): string {
  return `<path d="${parts.map((part) => (typeof part === 'number' ? round(part) : part)).join(' ')}"/>`;
}

/** A tenth of a pixel is as fine as anyone sees. */
export function round(value: number): string {
  return String(Math.round(value * 10) / 10);
}
