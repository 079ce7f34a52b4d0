import { type Frame, iterationFrame, rootFrame } from './frame.ts';
import type { StepNode } from '../pipeline/step-node.ts';
import type { Place } from './place.ts';
import { itemsOf } from './plan-loop.ts';
import type { Run } from './run.ts';
import { councilInPods, stageFrame } from './stage-nodes.ts';

/** The step that a path leads to, and the iteration that it stands in; undefined while an artifact has to be read first. */
export function locate(run: Run, path: string): Place | undefined {
  const parts = path.split('.');
  let frame: Frame | undefined = rootFrame;
  for (const part of parts.slice(0, -1)) frame = frame && enterIteration(run, frame, part);
  const node = frame && findNode(run, frame, parts.at(-1) ?? '');
  return node && frame && { node, frame };
}

/** In a stage of a deliberation only those stand who speak in it. */
function findNode(run: Run, { loop }: Frame, name: string): StepNode | undefined {
  return loop?.step.type === 'council' ? loop.children.find((each) => each.name === name) : run.graph.byName.get(name);
}

/** The frame of `loop[3]`. */
function enterIteration(run: Run, frame: Frame, part: string): Frame | undefined {
  const [, name = '', digits = ''] = /^(.*)\[(\d+)\]$/.exec(part) ?? [];
  const index = Number(digits);
  const loop = run.graph.byName.get(name);
  if (loop === undefined) return undefined;
  const deliberation = councilInPods(run.observed.pinned, loop);
  if (deliberation !== undefined) return stageFrame({ node: loop, frame }, deliberation, index);
  const items = itemsOf(run, { node: loop, frame });
  if (items === 'unread' || 'message' in items) return undefined;
  return iterationFrame(loop, frame, { index, item: items[index] ?? null });
}
