import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { ServerTransport, type ServerTransportOptions } from './server-transport.ts';

let server: Server | undefined;
let transport: ServerTransport | undefined;
afterEach(async () => {
  await transport?.close();
  server?.closeAllConnections();
  server?.close();
});

/** A server that answers each request by the next script, and a transport to it. */
async function scripted(
  scripts: ((request: IncomingMessage, response: ServerResponse) => void)[],
  options: Partial<ServerTransportOptions> = {},
) {
  let requests = 0;
  server = createServer((request, response) => {
    const script = scripts[Math.min(requests, scripts.length - 1)];
    requests += 1;
    script?.(request, response);
  });
  const { promise, resolve } = Promise.withResolvers<undefined>();
  server.listen(0, '127.0.0.1', () => resolve(undefined));
  await promise;
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  transport = new ServerTransport({ url, ca: () => '', token: () => ' t \n', firstDelayMs: 1, ...options });
  return { transport, requests: () => requests };
}

const answer =
  (status: number, body = '') =>
  (request: IncomingMessage, response: ServerResponse) => {
    request.resume().once('end', () => response.writeHead(status).end(body));
  };
const breaks = (request: IncomingMessage) => void request.socket.destroy();
const get = { method: 'GET', path: '/x', timeoutMs: 1_000 } as const;

describe('ServerTransport', () => {
  it.each([500, 502, 503, 504, 429])('tries again after %i', async (status) => {
    const { transport, requests } = await scripted([answer(status), answer(200)]);
    (await transport.send(get)).body.resume();
    expect(requests()).toBe(2);
  });

  it('tries again after a broken connection, with the body from its beginning', async () => {
    const bodies: string[] = [];
    const keeps = (request: IncomingMessage, response: ServerResponse) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.once('end', () => {
        bodies.push(Buffer.concat(chunks).toString());
        response.end();
      });
    };
    const { transport } = await scripted([breaks, keeps]);
    async function* body() {
      yield await Promise.resolve(Buffer.from('ab'));
      yield Buffer.from('cd');
    }
    (await transport.send({ ...get, method: 'PUT', body })).body.resume();
    expect(bodies).toEqual(['abcd']);
  });

  it.each([400, 401, 403, 404, 413, 507])('does not repeat what was answered with %i', async (status) => {
    const error = { code: status, reason: 'Because', message: 'no', hint: 'do this' };
    const { transport, requests } = await scripted([answer(status, JSON.stringify({ error }))]);
    await expect(transport.send(get)).rejects.toMatchObject({
      ...{ status, reason: 'Because', retryable: false },
      message: `GET /x: no — do this (${status} Because)`,
    });
    expect(requests()).toBe(1);
  });

  it('gives up after its attempts, and says what the last one was', async () => {
    const { transport, requests } = await scripted([answer(503, 'a gateway page')], { attempts: 3 });
    await expect(transport.send(get)).rejects.toMatchObject({ status: 503, reason: 'Unknown', retryable: true });
    expect(requests()).toBe(3);
  });

  it('waits longer and longer, each time by chance', async () => {
    const drawn: number[] = [];
    const random = () => {
      drawn.push(1);
      return 0;
    };
    const { transport } = await scripted([breaks], { attempts: 4, random, firstDelayMs: 1e6 });
    await expect(transport.send(get)).rejects.toMatchObject({ status: 0, reason: 'Unreachable' });
    expect(drawn).toHaveLength(3);
  });

  it('sends a fresh token with each attempt', async () => {
    const tokens = ['one', 'two'];
    const seen: (string | undefined)[] = [];
    const looks = (status: number) => (request: IncomingMessage, response: ServerResponse) => {
      seen.push(request.headers.authorization);
      answer(status)(request, response);
    };
    const { transport } = await scripted([looks(500), looks(200)], { token: () => `${tokens.shift() ?? ''}\n` });
    (await transport.send(get)).body.resume();
    expect(seen).toEqual(['Bearer one', 'Bearer two']);
  });

  it('ends at once when it is aborted, also between attempts', async () => {
    const aborting = new AbortController();
    const { transport, requests } = await scripted([answer(503)], { random: () => 1, firstDelayMs: 60_000 });
    const sending = transport.send({ ...get, signal: aborting.signal });
    while (requests() === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    setTimeout(() => aborting.abort(new Error('enough')), 20);
    await expect(sending).rejects.toThrow('enough');
  });
});
