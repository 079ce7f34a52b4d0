import type { JsonValue } from '../../api/json.ts';
import type { StepNode } from '../pipeline/step-node.ts';

/** Where steps are looked at: the whole run, or one iteration of a loop. */
export interface Frame {
  /** What comes before a step's name in its path: nothing, or `loop[3].`. */
  readonly prefix: string;
  /** The loop, inside an iteration. */
  readonly loop: StepNode | undefined;
  /** Number of the iteration, from 0. */
  readonly index: number;
  /** What the loop variable stands for. */
  readonly item: JsonValue;
  readonly parent: Frame | undefined;
}

/** The whole run. */
export const rootFrame: Frame = { prefix: '', loop: undefined, index: 0, item: null, parent: undefined };

/** One iteration of a loop that stands in `frame`. */
export function iterationFrame(loop: StepNode, frame: Frame, { index, item }: Pick<Frame, 'index' | 'item'>): Frame {
  return { prefix: `${frame.prefix}${loop.name}[${index}].`, loop, index, item, parent: frame };
}

/** The frame around this one that a step stands in, or undefined when it cannot be seen from here. */
export function frameOf(node: StepNode, frame: Frame): Frame | undefined {
  let each: Frame | undefined = frame;
  while (each !== undefined && each.loop !== node.loop) each = each.parent;
  return each;
}

/** The path of a step that stands in this frame. */
export function pathIn(frame: Frame, node: StepNode): string {
  return frame.prefix === '' ? node.name : frame.prefix + node.name;
}
