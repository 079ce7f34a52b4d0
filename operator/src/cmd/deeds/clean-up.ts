import type { EndedRun } from '../../controllers/work-item-ports.ts';
import type { Step } from '../../api/step/step.ts';
import { removeObject } from '../../controllers/remove-object.ts';
import { removeServing } from '../../controllers/serving-operation.ts';
import { findServedName } from '../../core/delegation/find-served-name.ts';
import { isRemovedAfter } from '../../core/delegation/when-removed.ts';
import { attemptName } from '../../core/manifest/names.ts';
import { nodeAt } from '../../core/pipeline/node-at.ts';
import { pipelineGraph } from '../../core/pipeline/pipeline-graph.ts';
import { findMethod } from '../../core/pipeline/step-methods.ts';
import type { StepStatus } from '../../api/step-status.ts';
import type { DeedParts } from './deed-parts.ts';
import { identityOf } from './object-deeds.ts';

const removalMs = 30_000;

/**
 * Takes away what steps of an ended run have made in the cluster and is not to outlive it: a last look, whatever was taken
 * away before, because the operator may have died in between.
 */
export async function cleanUp(run: EndedRun, { objects }: Pick<DeedParts, 'objects'>): Promise<void> {
  const graph = pipelineGraph(run.pinned.spec);
  if (!graph.nodes.some(({ step }) => step.type === 'ml_serving' || step.type === 'ml_training')) return;
  const signal = AbortSignal.timeout(removalMs);
  for (const record of run.status.steps ?? []) {
    const step = nodeAt(graph, record.path)?.step;
    if (step?.type === 'ml_serving') await endServing(run, { record, step, signal, objects });
    if (step?.type === 'ml_training') await endTraining(run, { record, step, signal, objects });
  }
}

interface Ended<T extends Step['type']> extends Pick<DeedParts, 'objects'> {
  readonly record: StepStatus;
  readonly step: Extract<Step, { type: T }>;
  readonly signal: AbortSignal;
}

/** What a Method's template makes, and when that is deleted. */
function findMade({ methods }: EndedRun['pinned'], name: string) {
  const method = findMethod(methods, name);
  if (method?.spec.type !== 'object') return undefined;
  const { template, deletion = 'onDeletion' } = method.spec.object;
  const { apiVersion, kind } = template;
  return typeof apiVersion === 'string' && typeof kind === 'string' ? { apiVersion, kind, deletion } : undefined;
}

async function endServing(run: EndedRun, ended: Ended<'ml_serving'>): Promise<void> {
  const { record, step, objects, signal } = ended;
  const { removal = 'onCompletion' } = step;
  const ending = record.phase === 'Succeeded' ? 'completed' : 'stopped';
  if (record.attempts === undefined || !isRemovedAfter(ending, removal)) return;
  const name = findServedName(run, step.serviceName);
  if (name === undefined) return;
  const start = { path: record.path, specDigest: '' } as Parameters<typeof identityOf>[0]['start'];
  await removeServing(identityOf({ workItem: run.workItem, start }, name, removal), objects, signal);
}

async function endTraining({ workItem, pinned }: EndedRun, ended: Ended<'ml_training'>): Promise<void> {
  const { record, step, objects, signal } = ended;
  const made = findMade(pinned, step.training.method);
  if (made === undefined) return;
  const { apiVersion, kind, deletion } = made;
  for (const { number, result } of record.attempts ?? []) {
    if (!isRemovedAfter(result === 'Succeeded' ? 'completed' : 'stopped', deletion)) continue;
    const name = attemptName({ workItemUid: workItem.metadata.uid ?? '', path: record.path, attempt: number });
    const start = { path: record.path, specDigest: '' } as Parameters<typeof identityOf>[0]['start'];
    await removeObject(
      { apiVersion, kind, identity: identityOf({ workItem, start }, name, deletion) },
      objects,
      signal,
    );
  }
}
