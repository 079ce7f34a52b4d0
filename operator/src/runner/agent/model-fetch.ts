import { type IncomingMessage, request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { Readable } from 'node:stream';

/** How connections to a model server are made. */
export interface Connecting {
  /** Certificate authority of the server, as PEM; Node's own when it is left out. */
  readonly ca: string | undefined;
  /** Without a byte, after which an answer is given up, in milliseconds. */
  readonly silenceMs: number;
}

const statusesWithoutBody: ReadonlySet<number> = new Set([204, 205, 304]);

/**
 * A `fetch` by Node's own HTTP client: it trusts a given authority for these requests alone, ends what has become silent, and
 * follows no redirects, so that a key is sent nowhere else.
 */
export function fetchWith({ ca, silenceMs }: Connecting): typeof fetch {
  return async (input, { method = 'GET', headers, body, signal } = {}) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const request = send(url, {
      ...{ method, headers: Object.fromEntries(new Headers(headers)), timeout: silenceMs },
      ...(signal && { signal }),
      ...(ca !== undefined && { ca }),
    });
    const answering = new Promise<IncomingMessage>((resolve, reject) => {
      request.once('response', resolve).once('error', reject);
    });
    const silent = new Error(`nothing came for ${silenceMs} ms`);
    const beforeAnswer = () => request.destroy(silent);
    request.once('timeout', beforeAnswer);
    request.end(typeof body === 'string' ? body : undefined);
    const answer = await answering;
    // Whoever reads an answer that has begun is told by the answer, not by the request.
    request.off('timeout', beforeAnswer).once('timeout', () => answer.destroy(silent));
    return toResponse(answer);
  };
}

function toResponse(answer: IncomingMessage): Response {
  const status = answer.statusCode ?? 500;
  const headers = Object.entries(answer.headersDistinct).flatMap(([name, values = []]) =>
    values.map((value): [string, string] => [name, value]),
  );
  if (statusesWithoutBody.has(status)) {
    answer.resume();
    return new Response(null, { status, headers });
  }
  return new Response(Readable.toWeb(answer) as ReadableStream, { status, headers });
}
