import { afterEach, describe, expect, it } from 'vitest';
import type { Method } from '../../api/method.ts';
import type { Step } from '../../api/step/step.ts';
import { answerJson, ScriptedServer, type Script } from '../../testing/scripted-server.ts';
import { HttpCaller } from './http-caller.ts';
import { type MethodCall, methodCall } from './method-call.ts';

const servers: ScriptedServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
});

async function serve(script: Script) {
  const server = await ScriptedServer.start(script);
  servers.push(server);
  return server;
}

type HttpMethod = Extract<Method['spec'], { type: 'http' }>;

const aMethod = (http: HttpMethod['http'], more: Partial<Omit<HttpMethod, 'http' | 'type'>> = {}): Method => ({
  ...{ apiVersion: 'conclave.dev/v1alpha1', kind: 'Method', metadata: { name: 'search', namespace: 'shop' } },
  spec: { type: 'http', http, ...more },
});

const never = new AbortController().signal;
const now = () => new Date('2026-01-02T03:04:05Z');

async function outcomeOf(method: Method, more: Partial<MethodCall> = {}) {
  const caller = new HttpCaller({ allowLoopback: true });
  const step = { name: 'find', type: 'crawler', method: 'search' } as Step;
  const start = { step, inputs: { query: 'a b', key: 'hidden-in-inputs' }, timeoutSeconds: 5 };
  const readSecret = (namespace: string, name: string, key: string) =>
    key === 'token' ? Promise.resolve(`Bearer ${namespace}-${name}-s3cret\n`) : Promise.reject(new Error('not found'));
  const call = { caller, method, start, namespace: 'shop', idempotencyKey: 'attempt-1', readSecret, now };
  return methodCall({ ...call, ...more })(never);
}

describe('methodCall', () => {
  it('sends the inputs as JSON with an idempotency key, and takes the object that is answered for its outputs', async () => {
    const server = await serve((_, response) => answerJson(response, 200, { found: [1] }));
    const outcome = await outcomeOf(aMethod({ url: `${server.url}/{{step.name}}` }, { costUnits: '0.25' }));
    expect(outcome).toEqual({ result: 'Succeeded', outputs: { found: [1] }, used: { costUnits: '0.25' } });
    expect(server.received[0]).toMatchObject({
      ...{ method: 'POST', url: '/find', body: '{"query":"a b","key":"hidden-in-inputs"}' },
      headers: { 'content-type': 'application/json', 'idempotency-key': 'attempt-1' },
    });
  });

  it('puts inputs into URL, headers and body, and makes outputs by an expression', async () => {
    const server = await serve((_, response) => response.setHeader('X-Page', '2').end('{"n": 4}'));
    const http = {
      ...{ url: `${server.url}/q/{{inputs.query}}?q={{inputs.query}}`, method: 'PUT' as const },
      ...{ headers: { 'X-Query': '<{{inputs.query}}>' }, body: { ask: ['{{inputs.query}}'] } },
      result: '{"next": headers["x-page"], "twice": body.n * 2, "status": status}',
    };
    expect(await outcomeOf(aMethod(http))).toEqual({
      ...{ result: 'Succeeded', outputs: { next: '2', twice: 8, status: 200 } },
    });
    expect(server.received[0]).toMatchObject({
      ...{ method: 'PUT', url: '/q/a%20b?q=a%20b', body: '{"ask":["a b"]}', headers: { 'x-query': '<a b>' } },
    });
  });

  it('gets without a body and without an idempotency key', async () => {
    const server = await serve((_, response) => answerJson(response, 200, [1, 2]));
    expect(await outcomeOf(aMethod({ url: server.url, method: 'GET' }))).toMatchObject({ outputs: { value: [1, 2] } });
    expect(server.received[0]?.body).toBe('');
    expect(Object.keys(server.received[0]?.headers ?? {})).not.toContain('idempotency-key');
  });

  it('sends headers from Secrets and shows them nowhere, whatever the server says of them', async () => {
    const server = await serve((request, response, count) => {
      response.setHeader('x-echo', request.headers.authorization ?? '');
      answerJson(response, count === 1 ? 200 : 403, {
        echo: request.headers.authorization,
        cut: request.headers.authorization?.slice(7),
      });
    });
    const secretKeyRef = { name: 'keys', key: 'token' };
    const headersFrom = [{ name: 'Authorization', secretKeyRef }];
    const method = aMethod({ url: server.url, headersFrom, result: '{"body": body, "header": headers["x-echo"]}' });
    const outcomes = [await outcomeOf(method), await outcomeOf(method)];
    expect(server.received[0]?.headers.authorization).toBe('Bearer shop-keys-s3cret');
    expect(outcomes).toMatchObject([
      { result: 'Succeeded', outputs: { body: { echo: '***', cut: '***' }, header: '***' } },
      { result: 'Failed', reason: 'ClientError' },
    ]);
    expect(JSON.stringify(outcomes)).not.toContain('s3cret');
  });

  it('fails before it calls when a Secret cannot be read', async () => {
    const server = await serve((_, response) => answerJson(response, 200, {}));
    const headersFrom = [{ name: 'x-key', secretKeyRef: { name: 'keys', key: 'other' } }];
    const outcome = await outcomeOf(aMethod({ url: server.url, headersFrom }, { costUnits: '1' }));
    expect(outcome).toEqual({
      ...{ result: 'Failed', reason: 'SecretUnreadable', retryable: true },
      message: 'the header x-key comes from the key other of the Secret keys, which cannot be read: not found',
    });
    expect(server.received).toHaveLength(0);
  });

  it('refuses a Secret that would break the header up, without showing it', async () => {
    const headersFrom = [{ name: 'x-key', secretKeyRef: { name: 'keys', key: 'k' } }];
    const readSecret = () => Promise.resolve('first-line\r\nsecond-line');
    const outcome = await outcomeOf(aMethod({ url: 'http://127.0.0.1/', headersFrom }), { readSecret });
    expect(outcome).toMatchObject({ result: 'Failed', reason: 'InvalidHeader', retryable: false });
    expect(outcome.message).not.toMatch(/first-line|second-line/);
  });

  it('checks the inputs before it calls, and the outputs after', async () => {
    const server = await serve((_, response) => answerJson(response, 200, { n: 'no number' }));
    const integers = { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] };
    const before = await outcomeOf(aMethod({ url: server.url }, { inputs: integers, costUnits: '1' }));
    expect(before).toMatchObject({ result: 'Failed', reason: 'SchemaMismatch', retryable: false });
    expect(before.used).toBeUndefined();
    expect(server.received).toHaveLength(0);
    const after = await outcomeOf(aMethod({ url: server.url }, { outputs: integers, costUnits: '1' }));
    expect(after).toMatchObject({ reason: 'SchemaMismatch', retryable: false, used: { costUnits: '1' } });
    expect(after.message).toContain('the outputs do not fit the schema: n must be');
  });

  it.each([
    [400, 'ClientError', false],
    [404, 'ClientError', false],
    [304, 'UnexpectedStatus', false],
    [408, 'NotReady', true],
    [425, 'NotReady', true],
    [429, 'TooManyRequests', true],
    [500, 'ServerError', true],
    [503, 'ServerError', true],
  ])('takes %i for %s', async (status, reason, retryable) => {
    const server = await serve((_, response) => response.writeHead(status, { 'retry-after': '7' }).end());
    const outcome = await outcomeOf(aMethod({ url: server.url }));
    expect(outcome).toMatchObject({ result: 'Failed', reason, retryable });
    const host = `127.0.0.1:${server.port}`;
    expect(outcome.message).toBe(`${host} answered ${status}${retryable ? '; it asks to wait 7 s' : ''}`);
  });

  it('does not know what a call without an answer did, unless it was a GET', async () => {
    const server = await serve((_, response) => response.destroy());
    const post = await outcomeOf(aMethod({ url: server.url }, { costUnits: '1' }));
    expect(post).toMatchObject({ result: 'Unknown', reason: 'AnswerLost', used: { costUnits: '1' } });
    const get = await outcomeOf(aMethod({ url: server.url, method: 'GET' }));
    expect(get).toMatchObject({ result: 'Failed', reason: 'AnswerLost', retryable: true });
  });

  it('knows that a call without a connection did nothing and cost nothing', async () => {
    const outcome = await outcomeOf(aMethod({ url: 'http://127.0.0.1:1/' }, { costUnits: '1' }));
    expect(outcome).toMatchObject({ result: 'Failed', reason: 'ConnectionFailed', retryable: true });
    expect(outcome.used).toBeUndefined();
  });

  it('takes no longer than its Method says, or the step', async () => {
    const server = await serve(() => undefined);
    const begun = performance.now();
    expect(await outcomeOf(aMethod({ url: server.url }, { timeoutSeconds: 1 }))).toMatchObject({ reason: 'TimedOut' });
    expect(performance.now() - begun).toBeLessThan(20_000);
  });

  it('calls only hosts that the Tenant allows', async () => {
    const tenant = { allowed: { hosts: ['api.example.com'] } };
    const outcome = await outcomeOf(aMethod({ url: 'http://127.0.0.1/' }), { tenant });
    expect(outcome).toMatchObject({ reason: 'HostNotAllowed', retryable: false });
  });

  it.each([
    ['JSON that is none', { 'content-type': 'application/json' }, '{"a":', 'AnswerUnreadable'],
    ['bytes that are no text', { 'content-type': 'image/png' }, Buffer.from([0x89, 0xff]), 'AnswerUnreadable'],
    [
      'JSON nested too deeply',
      { 'content-type': 'application/json' },
      '['.repeat(5_000) + ']'.repeat(5_000),
      'AnswerUnreadable',
    ],
  ])('cannot use %s', async (_, headers, body, reason) => {
    const server = await serve((_request, response) => response.writeHead(200, headers).end(body));
    expect(await outcomeOf(aMethod({ url: server.url }))).toMatchObject({ result: 'Failed', reason, retryable: false });
  });

  it('says which expression has no value', async () => {
    const server = await serve((_, response) => answerJson(response, 200, {}));
    const outcome = await outcomeOf(aMethod({ url: server.url, result: 'body.missing' }));
    expect(outcome).toMatchObject({ result: 'Failed', reason: 'ExpressionFailed', retryable: false });
    expect(outcome.message).toContain('missing');
  });

  it('cannot call a Method that is no call', async () => {
    const method = { ...aMethod({ url: 'x' }), spec: { type: 'image', image: { image: 'x' } } } as Method;
    expect(await outcomeOf(method)).toMatchObject({ reason: 'MethodNotCallable', retryable: false });
  });
});
