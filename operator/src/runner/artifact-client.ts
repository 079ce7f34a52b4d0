import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { request as httpsRequest } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunnerTask } from '../api/runner-task.ts';

/** Where artifacts are, and what shows who asks. */
export type ArtifactService = NonNullable<RunnerTask['artifacts']>;

/** The service refused, or could not be reached in time. */
export class ArtifactError extends Error {
  override readonly name = 'ArtifactError';
  readonly retryable: boolean;

  constructor(message: string, retryable: boolean, options?: ErrorOptions) {
    super(message, options);
    this.retryable = retryable;
  }
}

/** How long to try, and how to wait; times in milliseconds. */
export interface Patience {
  readonly totalMs: number;
  readonly firstDelayMs: number;
  readonly longestDelayMs: number;
  /** Without a byte, after which a request is given up. */
  readonly silenceMs: number;
}

/** Outlasts a restart of the server, and is over before a pod of ten minutes is. */
export const usualPatience: Patience = {
  totalMs: 240_000,
  firstDelayMs: 200,
  longestDelayMs: 5_000,
  silenceMs: 30_000,
};

/** An artifact on its way up: its content is opened anew for every try. */
export interface Upload {
  readonly digest: string;
  readonly sizeBytes: number;
  readonly open: () => Readable;
}

/** An artifact on its way down, into a file. */
export interface Download {
  readonly digest: string;
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

/** Stores artifacts and reads them. The token is read anew for each try, because the kubelet renews it. */
export class ArtifactClient {
  readonly #service: ArtifactService;
  readonly #patience: Patience;

  constructor(service: ArtifactService, patience: Patience = usualPatience) {
    if (!service.url.startsWith('https://'))
      throw new ArtifactError('the artifact service has to be reached by https', false);
    this.#service = service;
    this.#patience = patience;
  }

  /** ArtifactError when it could not be stored. */
  async upload(upload: Upload): Promise<void> {
    await this.#insist(async () => {
      const response = await this.#send('PUT', artifactAt(upload.digest), { body: upload });
      response.resume();
    });
  }

  /** At most `maxBytes`; ArtifactError when it could not be read. The digest is the caller's to check. */
  async download(digest: string, maxBytes: number, signal?: AbortSignal): Promise<Buffer> {
    return await this.#insist(async () => {
      const response = await this.#send('GET', artifactAt(digest), { signal });
      const chunks: Buffer[] = [];
      let size = 0;
      for await (const chunk of response as AsyncIterable<Buffer>) {
        size += chunk.length;
        if (size > maxBytes) throw new ArtifactError(`${digest} has more than ${maxBytes} bytes`, false);
        chunks.push(chunk);
      }
      return Buffer.concat(chunks);
    }, signal);
  }

  /**
   * Into a file, which need not fit into memory. ArtifactError when it could not be read, or is not what was asked for; the
   * signal's reason when that aborts.
   */
  async downloadTo(path: string, { digest, maxBytes, signal }: Download): Promise<void> {
    const found = await this.#insist(async () => {
      const response = await this.#send('GET', artifactAt(digest), { signal });
      const hash = createHash('sha256');
      let size = 0;
      const checked = async function* (source: AsyncIterable<Buffer>) {
        for await (const chunk of source) {
          size += chunk.length;
          if (size > maxBytes) throw new ArtifactError(`it has more than ${maxBytes} bytes`, false);
          hash.update(chunk);
          yield chunk;
        }
      };
      await pipeline(response, checked, createWriteStream(path), { signal });
      return `sha256:${hash.digest('hex')}`;
    }, signal);
    if (found !== digest) throw new ArtifactError(`what came is not ${digest}`, true);
  }

  /** Tells once how far the attempt has come, as JSON. ArtifactError when that did not succeed. */
  async tellProgress(progress: string, signal: AbortSignal): Promise<void> {
    const bytes = Buffer.from(progress);
    const body = { sizeBytes: bytes.length, open: () => Readable.from([bytes]) };
    const response = await this.#send('PUT', '/v1/progress', { body, mediaType: 'application/json', signal });
    response.resume();
  }

  async #insist<T>(attempt: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const until = performance.now() + this.#patience.totalMs;
    for (let tries = 0; ; tries++) {
      try {
        return await attempt();
      } catch (error) {
        signal?.throwIfAborted();
        const delay = Math.random() * Math.min(this.#patience.firstDelayMs * 2 ** tries, this.#patience.longestDelayMs);
        const isFinal = error instanceof ArtifactError && !error.retryable;
        if (isFinal || performance.now() + delay > until) throw asArtifactError(error);
        await sleep(delay, undefined, { signal }).catch(() => signal?.throwIfAborted());
      }
    }
  }

  async #send(
    method: 'GET' | 'PUT',
    path: string,
    { body, mediaType = 'application/octet-stream', signal }: Sending = {},
  ): Promise<IncomingMessage> {
    const { url, tokenFile, caFile } = this.#service;
    const [token, ca] = await Promise.all([readFile(tokenFile, 'utf8'), readFile(caFile, 'utf8')]);
    const request = httpsRequest(`${url.replace(/\/+$/, '')}${path}`, {
      method,
      ca,
      agent: false,
      ...(signal !== undefined && { signal }),
      timeout: this.#patience.silenceMs,
      headers: {
        authorization: `Bearer ${token.trim()}`,
        ...(body !== undefined && { 'content-type': mediaType, 'content-length': body.sizeBytes }),
      },
    });
    const answer = new Promise<IncomingMessage>((resolve, reject) => {
      request.once('response', resolve).once('error', reject);
      request.once('timeout', () => request.destroy(new Error('no answer in time')));
    });
    // The server may answer, and close, before it has read everything: its answer counts, not the broken pipe.
    if (body === undefined) request.end();
    else pipeline(body.open(), request).catch((error: unknown) => request.destroy(error as Error));
    return await accept(await answer);
  }
}

const artifactAt = (digest: string) => `/v1/artifacts/${digest}`;

interface Sending {
  readonly body?: Pick<Upload, 'open' | 'sizeBytes'> | undefined;
  readonly mediaType?: string;
  readonly signal?: AbortSignal | undefined;
}

/** Refusals that a moment mends: the server does not know the pod or its token yet, is busy, or is starting. */
const passing: ReadonlySet<number> = new Set([401, 403, 408, 425, 429]);

async function accept(response: IncomingMessage): Promise<IncomingMessage> {
  const status = response.statusCode ?? 0;
  if (status >= 200 && status < 300) return response;
  let body = '';
  for await (const chunk of response.setEncoding('utf8') as AsyncIterable<string>) body = (body + chunk).slice(0, 4096);
  const retryable = status >= 500 || passing.has(status);
  throw new ArtifactError(`the artifact service answered ${status}: ${messageOf(body)}`, retryable);
}

/** The words of the service's own error documents. */
function messageOf(body: string): string {
  try {
    const { error } = JSON.parse(body) as { readonly error?: { readonly message?: unknown } };
    if (typeof error?.message === 'string') return error.message;
  } catch {
    // something between us and the service answered
  }
  return body.slice(0, 200);
}

function asArtifactError(error: unknown): ArtifactError {
  if (error instanceof ArtifactError) return error;
  return new ArtifactError(`the artifact service cannot be reached: ${(error as Error).message}`, true, {
    cause: error,
  });
}
