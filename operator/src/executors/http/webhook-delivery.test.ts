import { createHmac } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { answerJson, ScriptedServer, type ReceivedRequest, type Script } from '../../testing/scripted-server.ts';
import { HttpCaller } from './http-caller.ts';
import { signWebhook } from './sign-webhook.ts';
import { deliverWebhook, type DeliveryOptions, type Webhook } from './webhook-delivery.ts';

const servers: ScriptedServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
});

async function serve(script: Script) {
  const server = await ScriptedServer.start(script);
  servers.push(server);
  return server;
}

const never = new AbortController().signal;
const accept: Script = (_, response) => response.writeHead(202).end();

function deliver(webhook: Partial<Webhook> & { readonly url: string }, options: Partial<DeliveryOptions> = {}) {
  const basics = { id: 'msg_1', body: '{"a":1}', contentType: 'application/json', timeoutMs: 5_000 };
  const caller = new HttpCaller({ allowLoopback: true });
  return deliverWebhook({ ...basics, ...webhook }, { caller, firstDelayMs: 5, random: () => 0, ...options }, never);
}

/** As receivers do it. */
function isSignedBy(key: Buffer | string, { headers, body }: ReceivedRequest): boolean {
  const content = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`;
  return headers['webhook-signature'] === `v1,${createHmac('sha256', key).update(content).digest('base64')}`;
}

describe('signWebhook', () => {
  it('signs as the example of Standard Webhooks does', async () => {
    const webhook = {
      ...{ id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', at: new Date(1_614_265_330_000), body: '{"test": 2432232314}' },
    };
    expect(await signWebhook(webhook, 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw')).toEqual({
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    });
  });
});

describe('deliverWebhook', () => {
  it('posts what is signed, and is done when it is accepted', async () => {
    const server = await serve(accept);
    const secret = `whsec_${Buffer.from('some key').toString('base64')}`;
    expect(await deliver({ url: server.url, secret })).toEqual({ accepted: true, status: 202, attempts: 1 });
    const [received] = server.received;
    expect(received).toMatchObject({
      method: 'POST',
      body: '{"a":1}',
      headers: { 'content-type': 'application/json' },
    });
    expect(isSignedBy('some key', received!)).toBe(true);
  });

  it('signs what is read as it goes, each time from the beginning', async () => {
    const server = await serve((_, response, count) => response.writeHead(count < 2 ? 500 : 200).end());
    const body = async function* () {
      yield Buffer.from('one ');
      await Promise.resolve();
      yield Buffer.from('two');
    };
    expect(await deliver({ url: server.url, body, secret: 'plain key' })).toMatchObject({
      accepted: true,
      attempts: 2,
    });
    expect(server.received.map((received) => [received.body, isSignedBy('plain key', received)])).toEqual([
      ['one two', true],
      ['one two', true],
    ]);
  });

  it('tries again under the same id and with a new timestamp while failures pass', async () => {
    const server = await serve((_, response, count) => {
      if (count === 1) response.destroy();
      else response.writeHead(count === 2 ? 503 : 200).end();
    });
    let seconds = 0;
    const now = () => new Date(Date.UTC(2026, 0, 1, 0, 0, seconds++));
    expect(await deliver({ url: server.url }, { now })).toMatchObject({ accepted: true, attempts: 3 });
    expect(new Set(server.received.map(({ headers }) => headers['webhook-id']))).toEqual(new Set(['msg_1']));
    expect(new Set(server.received.map(({ headers }) => headers['webhook-timestamp'])).size).toBe(3);
  });

  it.each([400, 401, 404, 410, 302])('is refused for good by %i', async (status) => {
    const server = await serve((_, response) => response.writeHead(status, { location: '/elsewhere' }).end());
    expect(await deliver({ url: server.url })).toMatchObject({ accepted: false, retryable: false, attempts: 1 });
    expect(server.received).toHaveLength(1);
  });

  it('gives up when its time is over, and says what it saw last', async () => {
    const server = await serve((_, response) => answerJson(response, 500, { error: 'no' }));
    const delivery = await deliver({ url: server.url, timeoutMs: 2_000 }, { firstDelayMs: 200 });
    expect(delivery).toMatchObject({ accepted: false, reason: 'ServerError', retryable: true });
    expect(delivery.attempts).toBeGreaterThan(1);
    expect(delivery.attempts).toBeLessThan(6);
  });

  it('waits as long as the receiver asks, and gives up at once when that is too long', async () => {
    const server = await serve((_, response) => response.writeHead(429, { 'retry-after': '3600' }).end());
    expect(await deliver({ url: server.url })).toMatchObject({
      accepted: false,
      reason: 'TooManyRequests',
      attempts: 1,
    });
  });

  it('shows no header and no secret in messages', async () => {
    const server = await serve((request, response) =>
      answerJson(response, 400, { got: request.headers.authorization }),
    );
    const delivery = await deliver({ url: server.url, headers: { authorization: 'Bearer hush-hush' } });
    expect(JSON.stringify(delivery)).toContain('***');
    expect(JSON.stringify(delivery)).not.toContain('hush');
  });

  it('cannot be led to another receiver, or inside', async () => {
    expect(await deliver({ url: 'http://10.0.0.1/' })).toMatchObject({ reason: 'AddressNotAllowed', attempts: 1 });
  });
});
