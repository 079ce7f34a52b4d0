import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { defined } from '../../core/defined.ts';
import { CertificateAuthority } from '../../testing/certificate-authority.ts';
import { type ModelTurn, ScriptedModel } from '../../testing/scripted-model.ts';
import type { ChatRequest } from './chat.ts';
import { ModelClient, type ModelClientParts } from './model-client.ts';
import { Secrets } from './secrets.ts';
import { Transcript } from './transcript.ts';

const models: ScriptedModel[] = [];
afterEach(async () => {
  await Promise.all(models.splice(0).map((model) => model.stop()));
});

const patience = { tries: 3, firstDelayMs: 1, longestDelayMs: 2, longestWaitMs: 50, silenceMs: 20_000 };
const key = 'sk-very-secret';

async function aClient(script: Parameters<typeof ScriptedModel.start>[0], more: Partial<ModelClientParts> = {}) {
  const model = await ScriptedModel.start(script);
  models.push(model);
  const secrets = new Secrets(new Map([['KEY', key]]));
  const transcript = new Transcript(secrets);
  const headers = { 'x-conclave-role': 'qa', 'x-conclave-step': 'check' };
  const signal = new AbortController().signal;
  const client = new ModelClient({ secrets, transcript, headers, signal, patience, ...more });
  const price = { inputPerMillionTokens: '1', outputPerMillionTokens: '10' };
  const request: ChatRequest = {
    model: { url: model.url, name: 'm', apiKeyVariable: 'KEY', price },
    messages: [{ role: 'user', content: 'Hello' }],
    maxOutputTokens: 100,
  };
  return { model, client, request, transcript };
}

describe('a question to a model', () => {
  it('is sent with who asks, the key, its schema and its limits, and comes back whole', async () => {
    const seen: number[] = [];
    const { model, client, request } = await aClient([{ text: '{"a": "a long enough answer"}', completionTokens: 7 }], {
      onProgress: (characters) => seen.push(characters),
    });
    const schema = { type: 'object' };
    const answer = await client.ask({ ...request, schema, sampling: { temperature: 0.5, topP: 0.9, seed: 3 } });
    expect(answer).toEqual({
      ...{ text: '{"a": "a long enough answer"}', toolCalls: [], finish: 'stop' },
      usage: { promptTokens: 10, completionTokens: 7 },
    });
    expect(client.usage).toEqual({ promptTokens: 10, completionTokens: 7, costUnits: '0.00008' });
    expect(model.received[0]?.url).toBe('/v1/chat/completions');
    expect(model.received[0]?.headers).toMatchObject({
      ...{ authorization: `Bearer ${key}`, 'x-conclave-role': 'qa', 'x-conclave-step': 'check' },
    });
    expect(model.asked[0]).toEqual({
      ...{ model: 'm', messages: [{ role: 'user', content: 'Hello' }], max_completion_tokens: 100 },
      ...{ stream: true, stream_options: { include_usage: true }, temperature: 0.5, top_p: 0.9, seed: 3 },
      response_format: { type: 'json_schema', json_schema: { name: 'answer', schema } },
    });
    expect(seen.at(-1)).toBe(29);
    expect(seen.length).toBeGreaterThan(3);
  });

  it('names a salt only to servers that know salts, and sends no key where none is needed', async () => {
    const { model, client, request } = await aClient([{ text: 'a' }, { text: 'b' }]);
    const { url } = request.model;
    await client.ask({ ...request, model: { url, name: 'm', cacheSalt: 'tenant' } });
    await client.ask({ ...request, model: { url: `${url}/`, name: 'm' } });
    expect(model.asked.map((body) => body['cache_salt'])).toEqual(['tenant', undefined]);
    expect(model.received.map(({ headers }) => headers.authorization)).toEqual([undefined, undefined]);
  });

  it('may be answered by calls, each put together from its pieces', async () => {
    const calls = [
      { name: 'file_read', arguments: { path: 'a' } },
      { name: 'file_list', arguments: '{"path":' },
    ];
    const { client, request } = await aClient([{ calls }]);
    const { toolCalls, finish } = await client.ask(request);
    expect(finish).toBe('tool_calls');
    expect(toolCalls).toEqual([
      { id: 'c1', name: 'file_read', arguments: '{"path":"a"}' },
      { id: 'c2', name: 'file_list', arguments: '{"path":' },
    ]);
  });

  it('repeats earlier calls as JSON even where the model wrote something else: servers would refuse all', async () => {
    const { model, client, request } = await aClient([{ text: 'done' }]);
    const toolCalls = [{ id: 'c1', name: 'x', arguments: '{"path":' }];
    const said = { role: 'assistant' as const, content: '', toolCalls };
    await client.ask({
      ...request,
      messages: [...request.messages, said, { role: 'tool', callId: 'c1', content: 'no' }],
    });
    expect(model.asked[0]?.messages.slice(1)).toEqual([
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'c1', type: 'function', function: { name: 'x', arguments: '{}' } }],
      },
      { role: 'tool', tool_call_id: 'c1', content: 'no' },
    ]);
  });

  it('trusts the authority that the task names, and no other', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'conclave-model-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const authority = new CertificateAuthority(folder);
    const model = await ScriptedModel.start([{ text: 'safe' }], authority.issue('server', '/CN=model'));
    models.push(model);
    const secrets = new Secrets(new Map([['CA', await readFile(authority.caFile, 'utf8')]]));
    const signal = new AbortController().signal;
    const client = new ModelClient({ secrets, transcript: new Transcript(secrets), headers: {}, signal, patience });
    const access = { url: model.url, name: 'm' };
    const request = { messages: [{ role: 'user' as const, content: 'x' }], maxOutputTokens: 5 };
    await expect(client.ask({ ...request, model: access })).rejects.toMatchObject({ reason: 'ModelUnavailable' });
    expect((await client.ask({ ...request, model: { ...access, caVariable: 'CA' } })).text).toBe('safe');
  });
});

const busy = (status: number, headers: Record<string, string> = {}): ModelTurn => ({
  ...{ status, headers, body: { error: { message: `busy ${key}` } } },
});

describe('a try that fails', () => {
  it.each([
    ['when it is told to wait', [busy(429, { 'retry-after': '0' })], {}],
    ['when the server is broken', [busy(500), busy(503)], {}],
    ['when the answer is cut', [{ text: 'a half answer that is cut', cutAfter: 2 }], { completionTokens: 2 }],
    ['when the answer just ends', [{ text: 'half', finish: '' }], { promptTokens: 10, completionTokens: 5 }],
  ] as const)('is followed by another %s, and what it used counts', async (_, turns, used) => {
    const { model, client, request } = await aClient([
      ...turns,
      { text: 'whole', promptTokens: 20, completionTokens: 1 },
    ]);
    expect((await client.ask(request)).text).toBe('whole');
    expect(model.received).toHaveLength(turns.length + 1);
    const { promptTokens = 0, completionTokens = 0 } = { ...used } as {
      promptTokens?: number;
      completionTokens?: number;
    };
    expect(client.usage).toMatchObject({
      ...{ promptTokens: 20 + promptTokens, completionTokens: 1 + completionTokens },
    });
  });

  it.each([
    ['after the last of them', [busy(500), busy(500), busy(500)], 3, 'ModelUnavailable', true],
    ['at once when the wait is too long', [busy(429, { 'retry-after': '3600' })], 1, 'ModelUnavailable', true],
    ['at once when the key is wrong', [busy(401)], 1, 'ModelUnauthorized', false],
    ['at once when there is no such model', [busy(404)], 1, 'ModelNotFound', false],
    ['at once when the server refuses the question', [busy(400)], 1, 'ModelRequestRefused', false],
    [
      'at once when the question is too long',
      [{ status: 400, body: { error: { message: "This model's maximum context length is 10 tokens" } } }],
      ...([1, 'ContextOverflow', false] as const),
    ],
  ] as const)('ends the question %s', async (_, turns, requests, reason, retryable) => {
    const { model, client, request, transcript } = await aClient([...turns]);
    const failure = await client.ask(request).catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: 'ModelError', reason, retryable });
    expect(model.received).toHaveLength(requests);
    expect(String(failure) + transcript.toBytes().toString()).not.toContain(key);
  });

  it('ends the question with a reason when nobody listens', async () => {
    const { client, request } = await aClient([]);
    await models.splice(0)[0]?.stop();
    await expect(client.ask(request)).rejects.toMatchObject({ reason: 'ModelUnavailable', retryable: true });
  });

  it('is given up when the server falls silent', async () => {
    const { client, request } = await aClient(() => ({ text: 'never whole', stallAfter: 1 }), {
      patience: { ...patience, silenceMs: 100 },
    });
    const message = expect.stringContaining('nothing came for 100 ms');
    await expect(client.ask(request)).rejects.toMatchObject({ reason: 'ModelUnavailable', message });
  });

  it('names the variable that is missing', async () => {
    const { client, request } = await aClient([]);
    const model = { ...request.model, apiKeyVariable: 'OTHER' };
    await expect(client.ask({ ...request, model })).rejects.toMatchObject({ reason: 'SecretMissing' });
  });
});

describe('a question that is called off', () => {
  it.each(['while it is answered', 'while it waits to be asked again'])('ends %s with why it was', async (when) => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const slow = { ...patience, firstDelayMs: 60_000, longestDelayMs: 60_000 };
    const turn = when === 'while it is answered' ? { text: 'slow', stallAfter: 1 } : busy(500);
    const { client, request } = await aClient(
      () => {
        setTimeout(() => controller.abort(reason), 20);
        return turn;
      },
      { signal: controller.signal, patience: slow },
    );
    await expect(client.ask(request)).rejects.toBe(reason);
  });
});

describe('questions at the same time', () => {
  /** A model that counts how many it answers at once. */
  async function aBusyModel(answersAfterMs = 30) {
    const seen = { now: 0, most: 0, asked: 0 };
    const server = createServer((_, response) => {
      seen.asked += 1;
      seen.now += 1;
      seen.most = Math.max(seen.most, seen.now);
      setTimeout(() => {
        seen.now -= 1;
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        const choices = [{ index: 0, delta: { content: 'x' }, finish_reason: 'stop' }];
        response.end(
          `data: ${JSON.stringify({ id: 'x', object: 'chat.completion.chunk', choices })}\n\ndata: [DONE]\n\n`,
        );
      }, answersAfterMs).unref();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    return { seen, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1` };
  }

  it.each([
    ['are no more than the model may be sent, whoever asks', 2, 2],
    ['are all sent where nothing is said', undefined, 6],
  ])('%s', async (_, maxConcurrentRequests, most) => {
    const { seen, url } = await aBusyModel();
    const { client, request } = await aClient([]);
    // Each part of a task names its model by itself.
    const ask = () => client.ask({ ...request, model: { url, name: 'm', ...defined({ maxConcurrentRequests }) } });
    await Promise.all(Array.from({ length: 6 }, ask));
    expect(seen).toEqual({ now: 0, most, asked: 6 });
  });

  it('to one model do not keep those to another waiting', async () => {
    const { seen, url } = await aBusyModel();
    const { client, request } = await aClient([]);
    const ask = (name: string) => client.ask({ ...request, model: { url, name, maxConcurrentRequests: 1 } });
    await Promise.all([ask('a'), ask('b'), ask('a')]);
    expect(seen.most).toBe(2);
  });

  it('end at once when they are called off, those that wait for a place too', async () => {
    const { seen, url } = await aBusyModel(60_000);
    const controller = new AbortController();
    const { client, request } = await aClient([], { signal: controller.signal });
    const ask = () => client.ask({ ...request, model: { url, name: 'm', maxConcurrentRequests: 1 } });
    const asked = [ask(), ask(), ask()];
    await expect.poll(() => seen.asked, { timeout: 20_000 }).toBe(1);
    controller.abort(new Error('called off'));
    for (const each of await Promise.allSettled(asked))
      expect(each).toMatchObject({ status: 'rejected', reason: { message: 'called off' } });
    expect(seen.asked).toBe(1);
  });
});

interface Line {
  readonly kind: string;
  readonly keeps: number;
  readonly messages: readonly object[];
}

describe('a transcript', () => {
  it('has each message once, and each request can be made from it again', async () => {
    const { model, client, request, transcript } = await aClient([{ text: 'one' }, { text: 'two' }]);
    const more = [
      ...request.messages,
      { role: 'assistant' as const, content: 'one' },
      { role: 'user' as const, content: key },
    ];
    await client.ask(request);
    await client.ask({ ...request, messages: more });
    const lines = transcript
      .toBytes()
      .toString()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Line);
    expect(lines.map(({ kind }) => kind)).toEqual(['request', 'answer', 'request', 'answer']);
    expect(lines[2]).toMatchObject({ keeps: 1, messages: [{ content: 'one' }, { content: '[secret]' }] });
    const again = [...lines[0]!.messages.slice(0, lines[2]!.keeps), ...lines[2]!.messages];
    expect(again).toHaveLength(model.asked[1]?.messages.length ?? 0);
    expect(lines[1]).toMatchObject({ answer: { text: 'one' }, durationMs: expect.any(Number), at: expect.any(String) });
  });
});
