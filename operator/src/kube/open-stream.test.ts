import type { ServerResponse } from 'node:http';
import { Agent } from 'undici';
import { afterEach, describe, expect, it } from 'vitest';
import { ScriptedServer, type Script } from '../testing/scripted-server.ts';
import { ExchangeFailed } from './exchange.ts';
import { openStream } from './open-stream.ts';

const dispatcher = new Agent();
const cleanUps: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

async function start(script: Script): Promise<ScriptedServer> {
  const server = await ScriptedServer.start(script);
  cleanUps.push(() => server.stop());
  return server;
}

function open(origin: string, rest: { signal?: AbortSignal; timeoutMs?: number } = {}) {
  return openStream({ dispatcher, origin, path: '/w', method: 'GET', headers: {}, timeoutMs: 5_000, ...rest });
}

/** Sends `first` and keeps the answer open. */
function begin(first: string, responses: ServerResponse[] = []): Script {
  return (_, response) => {
    responses.push(response);
    response.writeHead(200).write(first);
  };
}

async function textsOf(chunks: AsyncIterable<Uint8Array>, onText: (text: string) => void = () => undefined) {
  let all = '';
  for await (const chunk of chunks) {
    const text = Buffer.from(chunk).toString();
    all += text;
    onText(text);
  }
  return all;
}

describe('open stream', () => {
  it('hands out chunks as they come, to the end', async () => {
    const responses: ServerResponse[] = [];
    const server = await start(begin('one', responses));
    const stream = await open(server.url);
    const seen = await textsOf(stream.chunks(), (text) => {
      if (text === 'one') responses[0]?.end('two');
    });
    expect(seen).toBe('onetwo');
  });

  it('ends quietly when closed, and the server sees the connection go', async () => {
    const responses: ServerResponse[] = [];
    const server = await start(begin('one', responses));
    const stream = await open(server.url);
    expect(await textsOf(stream.chunks(), stream.close)).toBe('one');
    stream.close();
    await expect.poll(() => responses[0]?.destroyed).toBe(true);
  });

  it('can be closed before anyone reads it', async () => {
    const server = await start(begin('one'));
    const stream = await open(server.url);
    stream.close();
    expect(await textsOf(stream.chunks())).toBe('');
  });

  it('lets the connection go when its reader stops reading', async () => {
    const responses: ServerResponse[] = [];
    const server = await start(begin('one', responses));
    for await (const chunk of (await open(server.url)).chunks()) {
      expect(chunk).toBeDefined();
      break;
    }
    await expect.poll(() => responses[0]?.destroyed).toBe(true);
  });

  it('throws when the connection breaks', async () => {
    const server = await start(begin('one'));
    const stream = await open(server.url);
    await expect(
      textsOf(stream.chunks(), () => {
        server.cut();
      }),
    ).rejects.toThrow(ExchangeFailed);
  });

  it("throws the signal's reason when it aborts, before the answer and after", async () => {
    const reason = new Error('stopped');
    const silent = await start(() => undefined);
    const waiting = open(silent.url, { signal: AbortSignal.timeout(50) });
    await expect(waiting).rejects.toMatchObject({ name: 'TimeoutError' });
    const server = await start(begin('one'));
    const controller = new AbortController();
    const stream = await open(server.url, { signal: controller.signal });
    await expect(
      textsOf(stream.chunks(), () => {
        controller.abort(reason);
      }),
    ).rejects.toBe(reason);
    await expect(open(server.url, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  it('waits for the beginning of the answer only as long as it may', async () => {
    const server = await start(() => undefined);
    await expect(open(server.url, { timeoutMs: 100 })).rejects.toMatchObject({ kind: 'timeout' });
    server.script = begin('one');
    const stream = await open(server.url, { timeoutMs: 100 });
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(await textsOf(stream.chunks(), stream.close)).toBe('one');
  });

  it('reads a whole body, bounded', async () => {
    const server = await start((_, response) => response.writeHead(403).end('x'.repeat(100_000)));
    const stream = await open(server.url);
    expect([stream.code, (await stream.readAll(10)).length]).toEqual([403, 10]);
  });
});
