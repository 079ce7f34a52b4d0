import { createHash } from 'node:crypto';
import type { AttemptContext } from '../../controllers/work-item-ports.ts';
import { formatIssuePath } from '../../core/issue-path.ts';
import { attemptName } from '../../core/manifest/names.ts';
import { planDocument } from '../../core/output/plan-document.ts';
import { findMethod } from '../../core/pipeline/step-methods.ts';
import type { AttemptOutcome } from '../../core/work-item/observed.ts';
import { deliverWebhook } from '../../executors/http/webhook-delivery.ts';
import { OutputRenderError } from '../../executors/output/output-render-error.ts';
import { renderOutput } from '../../executors/output/render-output.ts';
import type { RenderedOutput } from '../../executors/output/rendered-output.ts';
import { ServerCallFailed } from '../../executors/server-transport.ts';
import type { DeedParts } from './deed-parts.ts';
import type { Chosen } from './http-deeds.ts';

type OutputStep = Extract<AttemptContext['start']['step'], { type: 'output' }>;

/** Renders results, stores them and delivers them. All of it may be repeated: the same inputs give the same bytes. */
export function makeOutput(context: AttemptContext, parts: DeedParts): Chosen {
  const { step } = context.start;
  if (step.type !== 'output') throw new Error('no output step');
  return { deed: (signal) => make(context, { step, parts, signal }) };
}

interface Making {
  readonly step: OutputStep;
  readonly parts: DeedParts;
  readonly signal: AbortSignal;
}

async function make(context: AttemptContext, making: Making): Promise<AttemptOutcome> {
  const { step, parts, signal } = making;
  const document = planDocument(requestOf(context, step));
  if ('issues' in document) {
    const message = document.issues.map((issue) => `${formatIssuePath(issue.path)}: ${issue.message}`).join('; ');
    return { result: 'Failed', reason: 'OutputImpossible', message, retryable: false };
  }
  try {
    const rendered = await renderOutput(document.planned, signal);
    const stored = await store(context, rendered, parts);
    return step.delivery?.method === 'webhook' ? await deliver(context, making, { rendered, stored }) : done(stored);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof OutputRenderError)
      return { result: 'Failed', reason: error.reason, message: error.message, retryable: false };
    if (error instanceof ServerCallFailed)
      return { result: 'Failed', reason: error.reason, message: error.message, retryable: error.retryable };
    throw error;
  }
}

function requestOf({ workItem, pinned, start }: AttemptContext, step: OutputStep) {
  const method = start.method === undefined ? undefined : findMethod(pinned.methods, start.method);
  return {
    ...{ format: step.format, inputs: start.inputs, step: start.path, workItem: workItem.metadata.name },
    ...(method?.spec.type === 'template' ? { template: method.spec.template } : {}),
    createdAt: beginningOf(workItem, start.path),
  };
}

/** The same at every attempt, so that the same inputs give the same bytes. */
function beginningOf({ status, metadata }: AttemptContext['workItem'], path: string): string {
  const record = status?.steps?.find((step) => step.path === path);
  return record?.startedAt ?? metadata.creationTimestamp ?? '';
}

interface Stored {
  readonly artifact: string;
  readonly digest: string;
  readonly mediaType: string;
  readonly sizeBytes: number;
}

async function store({ workItem }: AttemptContext, rendered: RenderedOutput, { server }: DeedParts): Promise<Stored> {
  const { namespace = '', uid = '' } = workItem.metadata;
  const { bytes, fileName, mediaType } = rendered;
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  await server.putBytes({ namespace, workItem: uid }, { digest, sizeBytes: bytes.length, open: () => chunksOf(bytes) });
  return { artifact: fileName, digest, mediaType, sizeBytes: bytes.length };
}

async function* chunksOf(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield await Promise.resolve(bytes);
}

async function deliver(
  { workItem, start }: AttemptContext,
  { step, parts, signal }: Making,
  { rendered, stored }: { readonly rendered: RenderedOutput; readonly stored: Stored },
): Promise<AttemptOutcome> {
  const { namespace = '', uid: workItemUid = '' } = workItem.metadata;
  const { url = '', headers, signingSecretRef } = step.delivery ?? {};
  const { caller, readSecret, tenant } = parts;
  const secret =
    signingSecretRef === undefined
      ? undefined
      : await readSecret(namespace, signingSecretRef.name, signingSecretRef.key);
  const delivery = await deliverWebhook(
    {
      ...{ url, body: rendered.bytes, contentType: rendered.mediaType, secret, scope: namespace },
      // The same for every attempt of the step: its receiver tells by it what it has already.
      id: attemptName({ workItemUid, path: start.path, attempt: 1 }),
      ...(headers === undefined ? {} : { headers }),
      ...{ timeoutMs: start.timeoutSeconds * 1000, allowedHosts: tenant(namespace)?.spec.allowed?.hosts },
      allowPrivateNetworks: true,
    },
    { caller },
    signal,
  );
  if (delivery.accepted) return done(stored, url);
  const { reason, message, retryable } = delivery;
  return { result: 'Failed', reason, message, retryable };
}

function done({ artifact, digest, mediaType, sizeBytes }: Stored, url?: string): AttemptOutcome {
  return {
    result: 'Succeeded',
    outputs: { artifact, digest, mediaType, sizeBytes, url: url ?? `/v1/artifacts/${digest}` },
  };
}
