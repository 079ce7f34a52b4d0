import type { JsonObject } from '../../api/json.ts';
import type { Method } from '../../api/method.ts';
import { objectOperation } from '../../controllers/object-operation.ts';
import { objectProbe } from '../../controllers/object-probe.ts';
import { removeObject } from '../../controllers/remove-object.ts';
import { removeServing, servingOperation } from '../../controllers/serving-operation.ts';
import type { AttemptContext } from '../../controllers/work-item-ports.ts';
import type { ChildIdentity } from '../../core/delegation/child-identity.ts';
import { servingName } from '../../core/delegation/render-serving.ts';
import { isOwnedBy, isRemovedAfter, type Removal } from '../../core/delegation/when-removed.ts';
import { labelNames, labelValue } from '../../core/manifest/labels.ts';
import { attemptName } from '../../core/manifest/names.ts';
import { findMethod } from '../../core/pipeline/step-methods.ts';
import type { DeedParts } from './deed-parts.ts';
import type { Chosen } from './http-deeds.ts';

/** Removing must not wait for ever: the next turn tries again. */
const removalMs = 30_000;

/** Applies the object of a Method's template, and follows it to its end. */
export function applyObject(context: AttemptContext, { objects, pause }: DeedParts): Chosen {
  const { workItem, start } = context;
  const method = methodOf(context);
  if (method?.spec.type !== 'object') return { outcome: wrongMethod(start.step.name, 'object') };
  const { uid: workItemUid = '' } = workItem.metadata;
  const { template, deletion = 'onDeletion' } = method.spec.object;
  const name = attemptName({ workItemUid, path: start.path, attempt: start.attempt });
  const identity = identityOf(context, name, deletion);
  const request = { method: method.spec, identity, ...variables(context) };
  const { run } = objectOperation(request, { cluster: objects, pause });
  const { apiVersion, kind } = template;
  const undo = async () => {
    if (typeof apiVersion !== 'string' || typeof kind !== 'string') return;
    await removeObject({ apiVersion, kind, identity }, objects, AbortSignal.timeout(removalMs));
  };
  return { deed: run, undo, isUndoneAfterwards: isRemovedAfter('completed', deletion) };
}

/** Serves a model until it is ready. */
export function serveModel(context: AttemptContext, { objects, pause }: DeedParts): Chosen {
  const { step } = context.start;
  const method = methodOf(context);
  const serving = method?.spec.type === 'model' ? method.spec.serving : undefined;
  if (step.type !== 'ml_serving' || serving === undefined)
    return { outcome: wrongMethod(step.name, 'model, with serving') };
  const identity = identityOf(context, servingName(step.serviceName), step.removal ?? 'onCompletion');
  const { replicas, resources, placement } = step;
  const request = { serving, identity, ...variables(context), replicas, resources, placement };
  const { run } = servingOperation(request, { cluster: objects, pause });
  const undo = async () => {
    await removeServing(identity, objects, AbortSignal.timeout(removalMs));
  };
  return { deed: run, undo };
}

/** Looks at an object of the cluster until it is as a step wants it. */
export function probeObject({ workItem, start }: AttemptContext, { objects, pause }: DeedParts): Chosen {
  if (start.step.type !== 'wait_for_asset' || start.step.object === undefined) throw new Error('no object probe');
  const { object: probe, pollIntervalSeconds } = start.step;
  const { namespace = '' } = workItem.metadata;
  return { deed: objectProbe({ probe, namespace, pollIntervalSeconds }, { cluster: objects, pause }).run };
}

/** Whose an object is, and by what it is known again. */
export function identityOf(
  { workItem, start }: Pick<AttemptContext, 'workItem' | 'start'>,
  name: string,
  removal: Removal,
): ChildIdentity {
  const { name: workItemName, namespace = '', uid = '' } = workItem.metadata;
  return {
    ...{ name, namespace, path: start.path, specDigest: start.specDigest, isOwned: isOwnedBy(removal) },
    workItem: { name: workItemName, uid },
    labels: { [labelNames.workItem]: labelValue(workItemName), [labelNames.step]: labelValue(start.path) },
  };
}

const variables = ({ start }: AttemptContext) => ({
  inputs: start.inputs,
  // A step is JSON: it stands so in the Pipeline.
  step: start.step as unknown as JsonObject,
});

const methodOf = ({ start, pinned }: AttemptContext): Method | undefined =>
  start.method === undefined ? undefined : findMethod(pinned.methods, start.method);

const wrongMethod = (step: string, type: string) => ({
  result: 'Failed' as const,
  reason: 'MethodNotFound',
  message: `the step ${step} needs a Method of type ${type}`,
  retryable: false,
});
