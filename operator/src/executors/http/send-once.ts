import { isIP, type LookupFunction } from 'node:net';
import { Readable } from 'node:stream';
import { Client, type Dispatcher, errors } from 'undici';
import type { Deadline } from './deadline.ts';
import { decodeBody, tooLarge } from './decode-body.ts';
import { describeNetworkError, HttpCallFailed } from './http-call-failed.ts';
import type { HttpAnswer, HttpBody, HttpRequest } from './http-request.ts';

/** One request to one place. */
export interface Hop {
  readonly method: HttpRequest['method'];
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: HttpBody | undefined;
}

/** How a hop is sent. */
export interface Sending {
  /** Checked addresses of the host: the connection goes to one of these and nowhere else. */
  readonly addresses: readonly string[];
  /** Certificates that are trusted; Node's own when it is left out. */
  readonly trusted?: readonly string[] | undefined;
  readonly deadline: Deadline;
  readonly maxResponseBytes: number;
  /** Called when the connection stands: from now on the request may have arrived. */
  readonly onSent: () => void;
}

/** Bytes that the headers of an answer may have. */
const MOST_HEADER_BYTES = 16 * 1024;

/**
 * Sends a request over a connection of its own and reads the answer. A connection is never used again: it was opened by the
 * rules of one caller, and one that the server has given up would make it uncertain what has arrived. Throws
 * `HttpCallFailed`.
 */
export async function sendOnce(hop: Hop, sending: Sending): Promise<HttpAnswer> {
  const { deadline } = sending;
  let isSent = false;
  const client = connectTo(hop.url, sending);
  client.once('connect', () => {
    isSent = true;
    sending.onSent();
  });
  const end = () => void client.destroy();
  deadline.signal.addEventListener('abort', end, { once: true });
  try {
    deadline.signal.throwIfAborted();
    return await exchange(client, hop, sending);
  } catch (error) {
    throw error instanceof HttpCallFailed ? error : explain(error, { host: hop.url.host, isSent, deadline });
  } finally {
    deadline.signal.removeEventListener('abort', end);
    await client.destroy();
  }
}

function connectTo(url: URL, { addresses, trusted, deadline }: Sending): Client {
  return new Client(url.origin, {
    ...{ allowH2: false, pipelining: 1, maxHeaderSize: MOST_HEADER_BYTES, headersTimeout: 0, bodyTimeout: 0 },
    connect: {
      ...{ lookup: pinnedTo(addresses), timeout: deadline.leftMs, autoSelectFamily: true },
      ...(trusted !== undefined && { ca: [...trusted] }),
    },
  });
}

/** Names were resolved and checked before; to ask again could give another answer. */
function pinnedTo(addresses: readonly string[]): LookupFunction {
  const found = addresses.map((address) => ({ address, family: isIP(address) }));
  return (_host, { all }, callback) => {
    const [first] = found;
    if (first === undefined) callback(new Error('no address'), []);
    else if (all === true) callback(null, found);
    else callback(null, first.address, first.family);
  };
}

async function exchange(client: Client, hop: Hop, { maxResponseBytes, deadline }: Sending): Promise<HttpAnswer> {
  const { method, url, headers, body } = hop;
  const response = await client.request({
    ...{ method, path: url.pathname + url.search, headers: { ...headers }, reset: true, signal: deadline.signal },
    body: typeof body === 'function' ? Readable.from(body(), { objectMode: false }) : (body ?? null),
  });
  const answered = joinHeaders(response.headers);
  if (Number(answered['content-length'] ?? 0) > maxResponseBytes && method !== 'HEAD') throw tooLarge(maxResponseBytes);
  const packed = await readAll(response.body, maxResponseBytes);
  const unpacked = await decodeBody(packed, answered['content-encoding'], maxResponseBytes);
  return { kind: 'answer', status: response.statusCode, headers: answered, body: unpacked, url: url.href };
}

async function readAll(body: AsyncIterable<Buffer>, maxBytes: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of body) {
    length += part.length;
    if (length > maxBytes) throw tooLarge(maxBytes);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function joinHeaders(headers: Dispatcher.ResponseData['headers']): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name.toLowerCase(), Array.isArray(value) ? value.join(', ') : value]],
    ),
  );
}

interface Circumstances {
  readonly host: string;
  readonly isSent: boolean;
  readonly deadline: Deadline;
}

function explain(error: unknown, { host, isSent, deadline }: Circumstances): HttpCallFailed {
  if (deadline.isOver) {
    const what = isSent ? 'no whole answer' : 'no connection';
    return new HttpCallFailed('TimedOut', `${what} from ${host} within ${Math.round(deadline.timeoutMs)} ms`, error);
  }
  const why = describeNetworkError(error);
  if (error instanceof errors.HeadersOverflowError) {
    return new HttpCallFailed(
      'AnswerTooLarge',
      `the headers that ${host} sends are larger than ${MOST_HEADER_BYTES} bytes`,
    );
  }
  if (isSent) return new HttpCallFailed('AnswerLost', `the answer of ${host} was lost: ${why}`, error);
  return new HttpCallFailed('ConnectionFailed', `no connection to ${host}: ${why}`, error);
}
