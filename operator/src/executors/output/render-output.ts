import { Worker } from 'node:worker_threads';
import { bulkhead } from 'cockatiel';
import type { OutputDocument } from '../../core/output/output-document.ts';
import { renderDocument } from './render-document.ts';
import { OutputRenderError, type RenderFailureReason } from './output-render-error.ts';
import { fileOf, MOST_BYTES, type RenderedOutput } from './rendered-output.ts';

/** How long and how large the rendering of one document may become. */
export interface RenderLimits {
  readonly seconds: number;
  readonly memoryMb: number;
}

const defaults: RenderLimits = { seconds: 120, memoryMb: 512 };

/** Threads at the same time; more documents wait. */
const MOST_THREADS = 2;
const threads = bulkhead(MOST_THREADS, Infinity);

/**
 * Renders a document. What takes time runs in a thread of its own, with bounds of time and memory, so that nothing else
 * waits for it. Rejects with `OutputRenderError`, or with the signal's reason when it is aborted.
 */
export async function renderOutput(
  document: OutputDocument,
  signal?: AbortSignal,
  limits: RenderLimits = defaults,
): Promise<RenderedOutput> {
  signal?.throwIfAborted();
  const isText = document.format === 'markdown' || document.format === 'json';
  const bytes = isText
    ? await renderDocument(document)
    : await threads.execute(() => renderInThread(document, limits, signal), signal);
  if (bytes.length > MOST_BYTES) throw tooLarge(`it has ${bytes.length} bytes`);
  return fileOf(document, bytes);
}

/** Sources and what is compiled of them have different endings. */
const workerFile = new URL(`./render-worker${import.meta.url.slice(-3)}`, import.meta.url);

function renderInThread(document: OutputDocument, limits: RenderLimits, signal?: AbortSignal): Promise<Uint8Array> {
  signal?.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
  // The thread needs no setting and no secret of the process.
  const worker = new Worker(workerFile, {
    workerData: document,
    resourceLimits: { maxOldGenerationSizeMb: limits.memoryMb },
    env: {},
    execArgv: [],
  });
  const timer = setTimeout(() => reject(timedOut(limits.seconds)), limits.seconds * 1000);
  const abort = () => reject(signal?.reason as Error);
  signal?.addEventListener('abort', abort, { once: true });
  worker.once('message', resolve);
  worker.once('error', (error) => reject(explain(error as ThreadError)));
  worker.once('exit', (code) => reject(explain(new Error(`its thread ended with code ${code}`))));
  return promise.finally(async () => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
    await worker.terminate();
  });
}

/** An error that came from another thread: its fields are left, its class is not. */
interface ThreadError extends Error {
  readonly code?: string;
  readonly reason?: RenderFailureReason;
}

function explain({ code, reason, message }: ThreadError): OutputRenderError {
  if (code === 'ERR_WORKER_OUT_OF_MEMORY') return tooLarge('rendering it takes too much memory');
  return reason === undefined
    ? new OutputRenderError('RenderFailed', `the output could not be rendered: ${message}`)
    : new OutputRenderError(reason, message);
}

function tooLarge(why: string): OutputRenderError {
  return new OutputRenderError(
    'OutputTooLarge',
    `the output is too large: ${why}, and ${MOST_BYTES} bytes are the most; give it fewer inputs, or make several outputs`,
  );
}

function timedOut(seconds: number): OutputRenderError {
  return new OutputRenderError(
    'RenderTimeout',
    `rendering the output took more than ${seconds} seconds; give it fewer inputs, or make several outputs`,
  );
}
