import type { DrawnItem } from './drawing.ts';
import type { Direction } from './layer-graph.ts';
import type { Size } from './measure-drawing.ts';

/** A place on the side of an item that arrows of a direction come to (`first`) or leave from (`last`). */
export interface Port {
  readonly side: 'first' | 'last';
  /** From the middle of the side: -1 and 1 are its ends. */
  readonly offset: number;
  readonly direction: Direction;
}

/** How far the outline of an item lies behind its bounding box at a port, in pixels. */
export function shapeInset(item: DrawnItem, { width, height }: Size, { side, offset, direction }: Port): number {
  if (item.kind === 'group') return 0;
  const arc = 1 - Math.sqrt(Math.max(0, 1 - offset ** 2));
  if (direction === 'TB') return item.shape === 'cylinder' ? CYLINDER_LID * arc : 0;
  switch (item.shape) {
    case 'stadium':
      return Math.min(height, width) * 0.5 * arc;
    case 'decision':
      return DECISION_POINT * Math.abs(offset);
    case 'slanted':
      return (SLANT * (side === 'first' ? 1 - offset : 1 + offset)) / 2;
    default:
      return 0;
  }
}

/** Height of the arc at the top and the bottom of a cylinder, in pixels. */
export const CYLINDER_LID = 8;
/** How far the ends of a decision stick out. */
export const DECISION_POINT = 16;
/** How far a slanted box leans. */
export const SLANT = 14;
