import { afterEach, describe, expect, it } from 'vitest';
import { answerJson, ScriptedServer, type Script } from '../../testing/scripted-server.ts';
import { HttpCaller } from './http-caller.ts';
import { httpProbe, type HttpProbeOptions } from './http-probe.ts';

const servers: ScriptedServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
});

async function serve(script: Script) {
  const server = await ScriptedServer.start(script);
  servers.push(server);
  return server;
}

const aProbe = (probe: HttpProbeOptions['probe'], more: Partial<HttpProbeOptions> = {}) =>
  httpProbe({
    ...{ caller: new HttpCaller({ allowLoopback: true }), probe, pollIntervalSeconds: 0.01, namespace: 'shop' },
    ...more,
  });

const never = new AbortController().signal;

describe('httpProbe', () => {
  it('is ready when the answer is 2xx, and gives what it saw', async () => {
    const server = await serve((_, response) => answerJson(response, 204 - 3, { a: 1 }));
    const outcome = await aProbe({ url: server.url }).operation(never);
    expect(outcome).toEqual({ result: 'Succeeded', outputs: { status: 201, body: { a: 1 } } });
  });

  it('waits out everything that passes, however often: a breaker does not keep it from looking', async () => {
    const server = await serve((_, response, count) => {
      if (count < 8) response.destroy();
      else answerJson(response, count < 16 ? 503 : 200, {});
    });
    const probe = aProbe({ url: server.url });
    expect(await probe.operation(never)).toMatchObject({ result: 'Succeeded' });
    expect(server.received).toHaveLength(16);
    expect(probe.lastSeen()).toBe('it answered 503, not 2xx');
  });

  it('waits for the status that is expected', async () => {
    const server = await serve((_, response, count) => answerJson(response, count < 3 ? 200 : 404, {}));
    await aProbe({ url: server.url, expectedStatus: 404 }).operation(never);
    expect(server.received).toHaveLength(3);
  });

  it('waits for its expression to be true, and for what it asks about to be there', async () => {
    const bodies = [{}, { state: 'building' }, { state: 'ready' }];
    const server = await serve((_, response, count) => answerJson(response, 200, bodies[count - 1]));
    const probe = aProbe({ url: server.url, expression: 'status == 200 && body.state == "ready"' });
    expect(await probe.operation(never)).toMatchObject({ outputs: { body: { state: 'ready' } } });
    expect(probe.lastSeen()).toBe('it answered 200; the expression is false');
  });

  it('fails at once where no waiting helps', async () => {
    const hosts = await aProbe({ url: 'http://127.0.0.1/' }, { allowedHosts: ['a.test'] }).operation(never);
    expect(hosts).toMatchObject({ result: 'Failed', reason: 'HostNotAllowed', retryable: false });
    const inside = await aProbe({ url: 'http://169.254.169.254/' }).operation(never);
    expect(inside).toMatchObject({ reason: 'AddressNotAllowed', retryable: false });
    const expression = await aProbe({ url: 'http://127.0.0.1/', expression: 'a ==' }).operation(never);
    expect(expression).toMatchObject({ reason: 'ExpressionFailed', retryable: false });
  });

  it('can be called off, and tells what it saw last', async () => {
    const server = await serve((_, response) => answerJson(response, 404, {}));
    const probe = aProbe({ url: server.url }, { pollIntervalSeconds: 60 });
    expect(probe.lastSeen()).toBeUndefined();
    await expect(probe.operation(AbortSignal.timeout(300))).rejects.toThrow();
    expect(probe.lastSeen()).toBe('it answered 404, not 2xx');
  });
});
