import { describe, expect, it, vi } from 'vitest';
import type { RequestOutcome } from '../kube/request-observer.ts';
import { createLogger } from '../telemetry/logger.ts';
import { Metrics } from '../telemetry/metrics.ts';
import { observeRequests } from './observers.ts';

/** What is told of one request that ended with this code. */
async function toldOf(resource: string, code: RequestOutcome['code']) {
  const metrics = new Metrics();
  const answers = { answered: vi.fn(), leaseAnswered: vi.fn() };
  const observer = observeRequests({ logger: createLogger({ level: 'error' }), metrics }, answers);
  observer.requestFinished?.({ target: { verb: 'get', resource }, code, durationMs: 1 });
  expect(await metrics.registry.metrics()).toContain(`code="${code}"} 1`);
  return { server: answers.answered.mock.calls.length === 1, lease: answers.leaseAnswered.mock.calls.length === 1 };
}

const leases = 'leases.coordination.k8s.io';

describe('observeRequests', () => {
  it.each<[RequestOutcome['code'], { server: boolean; lease: boolean }]>([
    [200, { server: true, lease: true }],
    [409, { server: true, lease: true }],
    [404, { server: true, lease: false }],
    [403, { server: true, lease: false }],
    [401, { server: false, lease: false }],
    [500, { server: false, lease: false }],
    [503, { server: false, lease: false }],
    ['timeout', { server: false, lease: false }],
    ['network', { server: false, lease: false }],
  ])('takes %s on the Lease for a sign of life: %o', async (code, told) => {
    expect(await toldOf(leases, code)).toEqual(told);
  });

  it('does not take another resource for the Lease', async () => {
    expect(await toldOf('pipelines.conclave.dev', 200)).toEqual({ server: true, lease: false });
  });
});
