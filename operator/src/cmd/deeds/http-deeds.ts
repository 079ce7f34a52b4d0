import type { Method } from '../../api/method.ts';
import type { PlannedDeed } from '../../controllers/attempts.ts';
import type { AttemptContext } from '../../controllers/work-item-ports.ts';
import { attemptName } from '../../core/manifest/names.ts';
import { findMethod } from '../../core/pipeline/step-methods.ts';
import type { AttemptOutcome } from '../../core/work-item/observed.ts';
import { httpProbe } from '../../executors/http/http-probe.ts';
import { methodCall } from '../../executors/http/method-call.ts';
import type { DeedParts } from './deed-parts.ts';

/** What is done, or how the attempt has ended before anything could be done. */
export type Chosen = PlannedDeed | { readonly outcome: AttemptOutcome };

/** Calls a Method by HTTP. One that may not be sent twice is not sent when it may have been sent before. */
export function callMethod(context: AttemptContext, { caller, readSecret, tenant }: DeedParts): Chosen {
  const { workItem, pinned, start, isFresh } = context;
  const { namespace = '', uid: workItemUid = '' } = workItem.metadata;
  const method = start.method === undefined ? undefined : findMethod(pinned.methods, start.method);
  if (method === undefined) return { outcome: unknownMethod(start.step.name) };
  if (!isFresh && !mayRepeat(method)) {
    const message = 'the operator ended while the call may have been under way, and it may not be sent twice';
    return { outcome: { result: 'Unknown', message } };
  }
  const idempotencyKey = attemptName({ workItemUid, path: start.path, attempt: start.attempt });
  const parts = { caller, method, start, namespace, idempotencyKey, readSecret, tenant: tenant(namespace)?.spec };
  return { deed: methodCall(parts) };
}

/** Whether a call may be sent again of which nobody knows whether it was sent (RFC 9110: GET is safe). */
function mayRepeat({ spec }: Method): boolean {
  const http = 'http' in spec ? spec.http : undefined;
  return spec.idempotent === true || http?.method === 'GET';
}

/** Asks for a transformation, where a Method does that; the event of its asset ends the attempt. */
export function requestEvent(context: AttemptContext, parts: DeedParts): Chosen {
  const { step, method } = context.start;
  const name = step.type === 'data_transform' ? step.asset : step.name;
  const waitingFor = { kind: 'event', name, message: `waits for the event that announces the asset ${name}` } as const;
  if (method === undefined) return { deed: () => Promise.resolve(undefined), waitingFor };
  const call = callMethod(context, parts);
  if ('outcome' in call) return call;
  const deed = async (signal: AbortSignal) => {
    const outcome = await call.deed(signal);
    return outcome?.result === 'Succeeded' ? undefined : outcome;
  };
  return { deed, waitingFor };
}

/** Looks by HTTP until what a step waits for is there. */
export function probeHttp({ workItem, start }: AttemptContext, { caller, tenant }: DeedParts): Chosen {
  const { namespace = '' } = workItem.metadata;
  if (start.step.type !== 'wait_for_asset' || start.step.http === undefined) throw new Error('no HTTP probe');
  const { http: probe, pollIntervalSeconds } = start.step;
  const allowedHosts = tenant(namespace)?.spec.allowed?.hosts;
  const { operation } = httpProbe({
    caller,
    probe,
    pollIntervalSeconds,
    namespace,
    allowedHosts,
    allowPrivateNetworks: true,
  });
  return { deed: operation };
}

const unknownMethod = (step: string): AttemptOutcome => ({
  result: 'Failed',
  reason: 'MethodNotFound',
  message: `the step ${step} names no Method that the run is pinned to`,
  retryable: false,
});
