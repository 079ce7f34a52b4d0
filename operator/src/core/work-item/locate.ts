import type { JsonValue } from '../../api/json.ts';
import { type Frame, iterationFrame, rootFrame } from './frame.ts';
import type { Place } from './place.ts';
import { itemsOf } from './plan-loop.ts';
import type { Run } from './run.ts';

/** The step that a path leads to, and the iteration that it stands in; undefined while an artifact has to be read first. */
export function locate(run: Run, path: string): Place | undefined {
  let frame: Frame = rootFrame;
  const parts = path.split('.');
  for (const part of parts.slice(0, -1)) {
    const [, name = '', index = ''] = /^(.*)\[(\d+)\]$/.exec(part) ?? [];
    const loop = run.graph.byName.get(name);
    const items = loop && itemsOf(run, { node: loop, frame });
    if (loop === undefined || !Array.isArray(items)) return undefined;
    frame = iterationFrame(loop, frame, { index: Number(index), item: (items as JsonValue[])[Number(index)] ?? null });
  }
  const node = run.graph.byName.get(parts.at(-1) ?? '');
  return node && { node, frame };
}
