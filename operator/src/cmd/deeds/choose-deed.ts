import type { AttemptContext } from '../../controllers/work-item-ports.ts';
import type { Executor } from '../../core/execution/executor-of.ts';
import type { DeedParts } from './deed-parts.ts';
import { callMethod, type Chosen, probeHttp, requestEvent } from './http-deeds.ts';
import { applyObject, probeObject, serveModel } from './object-deeds.ts';
import { makeOutput } from './output-deed.ts';

type Chooser = (context: AttemptContext, parts: DeedParts) => Chosen;

const choosers: Partial<Readonly<Record<Executor, Chooser>>> = {
  'http-call': callMethod,
  'http-probe': probeHttp,
  'object-probe': probeObject,
  'event-request': requestEvent,
  object: applyObject,
  serving: serveModel,
  output: makeOutput,
};

/** What the operator does for an attempt that is no Job. */
export function chooseDeed(executor: Executor, context: AttemptContext, parts: DeedParts): Chosen {
  const choose = choosers[executor];
  if (choose === undefined) throw new Error(`${executor} is no work of the operator itself`);
  return choose(context, parts);
}
