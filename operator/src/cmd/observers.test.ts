import { describe, expect, it, vi } from 'vitest';
import type { RequestOutcome } from '../kube/request-observer.ts';
import { createLogger } from '../telemetry/logger.ts';
import { Metrics } from '../telemetry/metrics.ts';
import { observeRequests } from './observers.ts';

describe('observeRequests', () => {
  it.each<[RequestOutcome['code'], boolean]>([
    [200, true],
    [404, true],
    [403, true],
    [409, true],
    [401, false],
    [500, false],
    [503, false],
    ['timeout', false],
    ['network', false],
  ])('takes %s for a sign of the API server: %s', async (code, isAnswer) => {
    const metrics = new Metrics();
    const onAnswer = vi.fn();
    const observer = observeRequests({ logger: createLogger({ level: 'error' }), metrics }, onAnswer);
    observer.requestFinished?.({ target: { verb: 'get', resource: 'leases' }, code, durationMs: 1 });
    expect(onAnswer).toHaveBeenCalledTimes(isAnswer ? 1 : 0);
    expect(await metrics.registry.metrics()).toContain(`code="${code}"} 1`);
  });
});
