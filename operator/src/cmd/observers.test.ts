import { describe, expect, it, vi } from 'vitest';
import { Forbidden } from '../kube/api-error.ts';
import type { RequestOutcome } from '../kube/request-observer.ts';
import { createLogger, type Logger } from '../telemetry/logger.ts';
import { Metrics } from '../telemetry/metrics.ts';
import { observeReflector, observeRefusals, observeRequests, type Telemetry } from './observers.ts';

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

describe('a namespace that may not be read', () => {
  const target = { verb: 'list', resource: 'pipelines.conclave.dev' };
  const error = new Forbidden({ target, code: 403, reason: 'Forbidden', said: 'no right' });
  const restart = { reason: 'Rejected', error, relist: true, delayMs: 1 } as const;

  /** The levels that are logged at. */
  const levelsOf = (tell: (telemetry: Telemetry) => void): string[] => {
    const levels: string[] = [];
    const logger = Object.fromEntries(
      ['debug', 'info', 'warn', 'error'].map((level) => [level, () => void levels.push(level)]),
    );
    tell({ logger: logger as unknown as Logger, metrics: new Metrics() });
    return levels;
  };

  it('is warned of when that changes, and not each time that it is tried', () => {
    expect(levelsOf((telemetry) => observeRefusals(telemetry)('team', error))).toEqual(['warn']);
    expect(levelsOf((telemetry) => observeRefusals(telemetry)('team', undefined))).toEqual(['warn']);
    const retried = (namespace?: string) =>
      levelsOf((telemetry) => observeReflector(telemetry, target.resource, namespace).restarted?.(restart));
    expect([retried('team'), retried()]).toEqual([['debug'], ['warn']]);
  });
});
