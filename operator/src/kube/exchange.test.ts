import { createServer, type Server, type Socket } from 'node:net';
import { Agent, buildConnector, type Dispatcher } from 'undici';
import { afterEach, describe, expect, it } from 'vitest';
import { answerJson, ScriptedServer, type Script } from '../testing/scripted-server.ts';
import { exchange, ExchangeFailed, type Exchange } from './exchange.ts';

const dispatcher = new Agent({ connectTimeout: 5_000 });
const cleanUps: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

async function start(script: Script) {
  const server = await ScriptedServer.start(script);
  cleanUps.push(() => server.stop());
  return server;
}

function put(origin: string, rest: Partial<Exchange> = {}): Exchange {
  const basics = { dispatcher, origin, path: '/x', method: 'PUT', headers: {}, body: '{}' };
  return { ...basics, timeoutMs: 5_000, maxResponseBytes: 1_000, ...rest };
}

async function failureOf(promise: Promise<unknown>): Promise<ExchangeFailed> {
  const error: unknown = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ExchangeFailed);
  return error as ExchangeFailed;
}

/** A server that accepts connections and never says a word, not even to a TLS handshake. */
async function startSilent(onData: (socket: Socket) => void = () => undefined): Promise<number> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(
      socket
        .on('error', () => undefined)
        .on('data', () => {
          onData(socket);
        }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanUps.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as { port: number }).port;
}

describe('exchange', () => {
  it('hands out status, headers and body, over kept connections', async () => {
    const server = await start((request, response) => {
      answerJson(response, 201, { got: request.body });
    });
    for (const text of ['"ä"', ...Array<string>(20).fill('"b"')]) {
      const answer = await exchange(put(server.url, { body: text }));
      expect([answer.code, answer.headers['content-type'], answer.body]).toEqual([
        201,
        'application/json',
        JSON.stringify({ got: text }),
      ]);
    }
    // undici frees a connection a moment after the answer, so that the next request may open a second one.
    expect(server.connections).toBeLessThanOrEqual(2);
  });

  it('knows that nothing was sent when there is no connection', async () => {
    const port = await startSilent();
    await cleanUps.pop()?.();
    const failure = await failureOf(exchange(put(`http://127.0.0.1:${port}`)));
    expect([failure.kind, failure.sent]).toEqual(['network', false]);
    expect(failure.message).toContain('ECONNREFUSED');
  });

  it('knows that nothing was sent, and never will be, when the TLS handshake takes too long', async () => {
    let bytes = 0;
    const port = await startSilent(() => {
      bytes += 1;
    });
    const failure = await failureOf(exchange(put(`https://127.0.0.1:${port}`, { timeoutMs: 200 })));
    expect([failure.kind, failure.sent, bytes]).toEqual(['timeout', false, 1]);
  });

  it('does not know what became of a request whose answer does not come', async () => {
    const port = await startSilent();
    const failure = await failureOf(exchange(put(`http://127.0.0.1:${port}`, { timeoutMs: 200 })));
    expect([failure.kind, failure.sent]).toEqual(['timeout', true]);
    expect(failure.message).toContain('within 200 ms');
  });

  it('does not know what became of a request whose connection is cut', async () => {
    const port = await startSilent((socket) => socket.destroy());
    const failure = await failureOf(exchange(put(`http://127.0.0.1:${port}`)));
    expect([failure.kind, failure.sent]).toEqual(['network', true]);
  });

  it('does not take half an answer for a whole one', async () => {
    const server = await start((_, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('{"half":');
      setTimeout(() => {
        server.cut();
      }, 20);
    });
    expect((await failureOf(exchange(put(server.url)))).kind).toBe('network');
  });

  it('times out in the middle of an answer', async () => {
    const server = await start((_, response) => {
      response.writeHead(200).write('{"half":');
    });
    expect((await failureOf(exchange(put(server.url, { timeoutMs: 200 })))).kind).toBe('timeout');
  });

  it('stops reading an answer that is too large', async () => {
    const server = await start((_, response) => response.end('x'.repeat(1_001)));
    const failure = await failureOf(exchange(put(server.url)));
    expect([failure.kind, failure.message]).toEqual(['tooLarge', 'the answer is larger than 1000 bytes']);
    server.script = (_, response) => response.end('x'.repeat(1_000));
    expect((await exchange(put(server.url))).body).toHaveLength(1_000);
  });

  it("rejects with the signal's reason, before, during, and with nothing sent afterwards", async () => {
    const server = await start(() => undefined);
    const reason = new Error('stopped');
    await expect(exchange(put(server.url, { signal: AbortSignal.abort(reason) }))).rejects.toBe(reason);
    expect(server.received).toHaveLength(0);
    const controller = new AbortController();
    const running = exchange(put(server.url, { signal: controller.signal }));
    await expect.poll(() => server.received.length).toBe(1);
    controller.abort(reason);
    await expect(running).rejects.toBe(reason);
  });

  it.each([
    ['its time was over', () => ({ timeoutMs: 30 })],
    ['its caller gave up', () => ({ signal: AbortSignal.timeout(30) })],
  ])('never sends a request whose connection came after %s', async (_, rest) => {
    const server = await start((__, response) => response.end());
    const connectNow = buildConnector({});
    const slow = new Agent({ connect: (options, callback) => setTimeout(connectNow, 100, options, callback) });
    await expect(exchange(put(server.url, { dispatcher: slow, ...rest() }))).rejects.toThrow();
    await expect.poll(() => server.connections, { timeout: 10_000 }).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(server.received).toHaveLength(0);
    expect((await exchange(put(server.url, { dispatcher: slow }))).code).toBe(200);
  });

  it('never sends a request that a busy process gets round to when its time is over', async () => {
    let aborted = false;
    const controller = { abort: () => (aborted = true) } as unknown as Dispatcher.DispatchController;
    const busy = {
      dispatch: (_: unknown, handler: Dispatcher.DispatchHandler) => {
        const until = performance.now() + 30;
        while (performance.now() < until);
        handler.onRequestStart?.(controller, null);
      },
    } as unknown as Dispatcher;
    const failure = await failureOf(exchange(put('http://x', { dispatcher: busy, timeoutMs: 20 })));
    expect([failure.kind, failure.sent, aborted]).toEqual(['timeout', false, true]);
  });

  it('rejects what undici refuses to send', async () => {
    const failure = await failureOf(exchange(put('http://127.0.0.1:1', { path: 'no-slash' })));
    expect([failure.kind, failure.sent]).toEqual(['network', false]);
  });
});
