import { networkInterfaces } from 'node:os';
import { afterEach, describe, expect, it } from 'vitest';
import { serveHealth, type HealthServerParts, type RunningServer } from './health-server.ts';
import { Metrics } from './metrics.ts';

let server: RunningServer | undefined;
afterEach(() => server?.close());

async function get(path: string, parts: Partial<HealthServerParts> = {}, method = 'GET') {
  server = await serveHealth(
    { whyUnhealthy: () => [], whyNotReady: () => [], metrics: new Metrics().registry, ...parts },
    { port: 0, host: '127.0.0.1' },
  );
  const response = await fetch(`http://127.0.0.1:${server.port}${path}`, { method });
  return { status: response.status, type: response.headers.get('content-type'), body: await response.text() };
}

describe('serveHealth', () => {
  it('is well when there is no reason against it', async () => {
    expect(await get('/healthz')).toMatchObject({ status: 200, body: 'ok\n' });
    expect(await get('/readyz?verbose')).toMatchObject({ status: 200, body: 'ok\n' });
  });

  it('is reached by the addresses of both families, as clusters have them', async () => {
    server = await serveHealth(
      { whyUnhealthy: () => [], whyNotReady: () => [], metrics: new Metrics().registry },
      { port: 0 },
    );
    const hasIpv6 = Object.values(networkInterfaces())
      .flat()
      .some((each) => each?.address === '::1');
    for (const host of hasIpv6 ? ['127.0.0.1', '[::1]'] : ['127.0.0.1']) {
      expect((await fetch(`http://${host}:${server.port}/healthz`)).status).toBe(200);
    }
  });

  it('says why it is not ready', async () => {
    const whyNotReady = () => ['the cache of pipelines is not complete yet'];
    expect(await get('/readyz', { whyNotReady })).toMatchObject({
      status: 503,
      body: 'the cache of pipelines is not complete yet\n',
    });
  });

  it('says why it should be restarted', async () => {
    expect(await get('/healthz', { whyUnhealthy: () => ['a worker hangs'] })).toMatchObject({ status: 503 });
  });

  it('serves metrics in the text format of Prometheus', async () => {
    const metrics = new Metrics();
    metrics.watchRestarts.inc({ resource: 'pipelines.conclave.dev', reason: 'stalled' });
    metrics.collectProcess();
    const { status, type, body } = await get('/metrics', { metrics: metrics.registry });
    expect(status).toBe(200);
    expect(type).toContain('text/plain; version=0.0.4');
    expect(body).toContain('conclave_watch_restarts_total{resource="pipelines.conclave.dev",reason="stalled"} 1');
    expect(body).toContain('nodejs_eventloop_lag_seconds');
  });

  it('answers 500 when metrics cannot be collected', async () => {
    const metrics = { contentType: 'text/plain', metrics: () => Promise.reject(new Error('broken')) };
    expect(await get('/metrics', { metrics })).toMatchObject({ status: 500 });
  });

  it('knows no other path and no other method', async () => {
    expect(await get('/')).toMatchObject({ status: 404 });
    expect(await get('/healthz', {}, 'POST')).toMatchObject({ status: 405 });
  });
});
