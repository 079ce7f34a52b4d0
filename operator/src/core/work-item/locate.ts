import { type Frame, iterationFrame, rootFrame } from './frame.ts';
import type { Place } from './place.ts';
import { itemsOf } from './plan-loop.ts';
import type { Run } from './run.ts';

/** The step that a path leads to, and the iteration that it stands in; undefined while an artifact has to be read first. */
export function locate(run: Run, path: string): Place | undefined {
  const parts = path.split('.');
  let frame: Frame | undefined = rootFrame;
  for (const part of parts.slice(0, -1)) frame = frame && enterIteration(run, frame, part);
  const node = run.graph.byName.get(parts.at(-1) ?? '');
  return node && frame && { node, frame };
}

/** The frame of `loop[3]`. */
function enterIteration(run: Run, frame: Frame, part: string): Frame | undefined {
  const [, name = '', digits = ''] = /^(.*)\[(\d+)\]$/.exec(part) ?? [];
  const index = Number(digits);
  const loop = run.graph.byName.get(name);
  const items = loop && itemsOf(run, { node: loop, frame });
  if (loop === undefined || items === undefined || items === 'unread' || 'message' in items) return undefined;
  return iterationFrame(loop, frame, { index, item: items[index] ?? null });
}
