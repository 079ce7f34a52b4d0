import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Fault } from './fault.ts';
import { FaultProxy } from './fault-proxy.ts';
import { type Script, ScriptedServer } from './scripted-server.ts';
import { withSeed } from './seeded-random.ts';

const lines = ['{"type":"ADDED","n":0}', '{"type":"ADDED","n":1}', '{"type":"ADDED","n":2}'];
const whole = lines.map((line) => `${line}\n`).join('');
const directory = mkdtempSync(join(tmpdir(), 'fault-proxy-test-'));
const kubeconfig = join(directory, 'kubeconfig');
let server: ScriptedServer;
let proxy: FaultProxy;

/** Answers in two pieces, with a pause between them. */
const answerInPieces: Script = (_, response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'x-from': 'server' });
  response.write(lines[0]);
  setTimeout(() => response.end(whole.slice(lines[0]!.length)), 5);
};

beforeAll(async () => {
  server = await ScriptedServer.start(answerInPieces);
  const cluster = { server: server.url, 'insecure-skip-tls-verify': true };
  const content = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'c', cluster }],
    users: [{ name: 'u', user: { token: 'secret' } }],
    contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'c',
  };
  writeFileSync(kubeconfig, JSON.stringify(content));
});

afterAll(async () => {
  await server.stop();
  rmSync(directory, { recursive: true });
});

beforeEach(async () => {
  server.received.length = 0;
  server.script = answerInPieces;
  proxy = await FaultProxy.start(kubeconfig);
});

afterEach(() => proxy.close());

const get = (path = '/api/v1/things?watch=true') => fetch(proxy.url + path, { signal: AbortSignal.timeout(2_000) });

async function textWith(fault: Fault): Promise<string> {
  proxy.inject({ fault });
  return (await get()).text();
}

describe('a fault proxy', () => {
  it('passes everything on as it is, until told otherwise', async () => {
    const answer = await fetch(`${proxy.url}/api/v1/things`, { method: 'POST', body: '{"a":1}' });
    expect(answer.headers.get('x-from')).toBe('server');
    expect(await answer.text()).toBe(whole);
    expect(server.received).toMatchObject([
      { method: 'POST', url: '/api/v1/things', body: '{"a":1}', headers: { authorization: 'Bearer secret' } },
    ]);
  });

  it('spoils one request for each rule, the one that the rule is for', async () => {
    const fault = { kind: 'answer', status: 503 } as const;
    proxy.inject({ fault, when: ({ path }) => path === '/spoiled', times: 2 });
    const statuses = [];
    for (const path of ['/fine', '/spoiled', '/spoiled', '/spoiled']) statuses.push((await get(path)).status);
    expect(statuses).toEqual([200, 503, 503, 200]);
    expect(proxy.injected).toHaveLength(2);
  });

  it('answers with a Status and the delay that a server asks for', async () => {
    proxy.inject({ fault: { kind: 'answer', status: 429, retryAfterSeconds: 7 } });
    const answer = await get();
    expect(answer.status).toBe(429);
    expect(answer.headers.get('retry-after')).toBe('7');
    expect(await answer.json()).toMatchObject({ kind: 'Status', code: 429, details: { retryAfterSeconds: 7 } });
    expect(server.received).toEqual([]);
  });

  it('delays', async () => {
    const before = performance.now();
    expect(await textWith({ kind: 'delay', ms: 60 })).toBe(whole);
    expect(performance.now() - before).toBeGreaterThanOrEqual(58);
  });

  it('resets the connection at a byte of the answer', async () => {
    proxy.inject({ fault: { kind: 'cut', afterBytes: 30 } });
    const reader = (await get()).body!.getReader();
    let bytes = 0;
    const readAll = async (): Promise<void> => {
      for (;;) bytes += ((await reader.read()).value as Uint8Array).length;
    };
    await expect(readAll()).rejects.toThrow('terminated');
    expect(bytes).toBeLessThanOrEqual(30);
  });

  it('does nothing to an answer that comes after all is healed', async () => {
    const asked = Promise.withResolvers<() => void>();
    server.script = (_, response) => asked.resolve(() => void response.end(whole));
    proxy.inject({ fault: { kind: 'reorderLines', line: 1 } });
    const answer = get();
    const answerNow = await asked.promise;
    await proxy.heal();
    answerNow();
    expect(await (await answer).text()).toBe(whole);
  });

  it('goes silent and keeps the connection, also when all is healed', async () => {
    proxy.inject({ fault: { kind: 'halfOpen', afterBytes: 10 } });
    const answer = await fetch(proxy.url, { signal: AbortSignal.timeout(300) });
    await proxy.heal();
    await expect(answer.text()).rejects.toThrow('timeout');
  });

  it.each([
    ['truncates a line', { kind: 'truncateLine', line: 1 }, [lines[0], lines[1]!.slice(0, 11), lines[2]]],
    ['repeats a line', { kind: 'duplicateLine', line: 0 }, [lines[0], lines[0], lines[1], lines[2]]],
    ['swaps two lines', { kind: 'reorderLines', line: 1 }, [lines[0], lines[2], lines[1]]],
    ['does not lose the last line when there is none to swap it with', { kind: 'reorderLines', line: 2 }, lines],
    ['splits everything into single bytes', { kind: 'trickle' }, lines],
  ] as const)('%s', async (_, fault, expected) => {
    expect((await textWith(fault)).split('\n').slice(0, -1)).toEqual(expected);
  });

  it('ends a watch with an ERROR event', async () => {
    const text = await textWith({ kind: 'errorEvent', line: 1, status: 410 });
    const [first, second, ...rest] = text.split('\n');
    expect(first).toBe(lines[0]);
    expect(JSON.parse(second!)).toMatchObject({ type: 'ERROR', object: { code: 410, reason: 'Expired' } });
    expect(rest).toEqual(['']);
  });

  it.each(['reset', 'silence'] as const)('loses the answer by %s after the request took effect', async (how) => {
    proxy.inject({ fault: { kind: 'loseAnswer', how } });
    const asked = fetch(proxy.url, { method: 'POST', body: 'x', signal: AbortSignal.timeout(200) });
    await expect(asked).rejects.toThrow(how === 'reset' ? 'fetch failed' : 'timeout');
    expect(server.received).toMatchObject([{ method: 'POST', body: 'x' }]);
  });

  it('swallows a request before it takes effect, and tells so', async () => {
    const swallowed = Promise.withResolvers<boolean>();
    proxy.inject({ fault: { kind: 'swallow' }, done: () => swallowed.resolve(true) });
    const asked = fetch(proxy.url, { method: 'POST', body: 'x', signal: AbortSignal.timeout(300) });
    await swallowed.promise;
    await expect(asked).rejects.toThrow('timeout');
    expect(server.received).toEqual([]);
  });

  it('tells when the server has done what is never answered', async () => {
    const done = Promise.withResolvers<number>();
    proxy.inject({ fault: { kind: 'loseAnswer', how: 'silence' }, done: () => done.resolve(server.received.length) });
    const asked = fetch(proxy.url, { method: 'POST', body: 'x', signal: AbortSignal.timeout(300) });
    expect(await done.promise).toBe(1);
    await expect(asked).rejects.toThrow('timeout');
  });

  it('goes away and comes back on the same port', async () => {
    await get();
    await proxy.leave();
    await expect(get()).rejects.toThrow('fetch failed');
    await proxy.comeBack();
    expect((await get()).status).toBe(200);
  });

  it('misbehaves the same way for the same seed, and heals', async () => {
    await withSeed(async (seed) => {
      const runs = [];
      for (let run = 0; run < 2; run += 1) {
        proxy.injected.length = 0;
        proxy.misbehave({ seed, rate: 0.5 });
        for (let request = 0; request < 12; request += 1) {
          await fetch(proxy.url, { signal: AbortSignal.timeout(40) })
            .then((answer) => answer.text(), String)
            .catch(String);
        }
        runs.push([...proxy.injected]);
      }
      expect(runs[0]).toEqual(runs[1]);
      await proxy.heal();
      proxy.injected.length = 0;
      expect(await (await get()).text()).toBe(whole);
      expect(proxy.injected).toEqual([]);
    });
  });

  it('says how to replay what failed', async () => {
    const failing = withSeed(() => Promise.reject(new Error('the store differs')));
    await expect(failing).rejects.toThrow(/^the store differs\nReplay it with CONCLAVE_FAULT_SEED=\d+\.$/);
  });
});
