import { describe, expect, it } from 'vitest';
import { Waiting } from '../core/reconcile-error.ts';
import type { PinnedPipeline } from '../core/work-item/observed.ts';
import { anAttempt } from '../testing/an-attempt.ts';
import { JobAttempts } from './job-attempts.ts';
import type { JobPort } from './job-port.ts';

/** Attempts whose certificate authorities a test may set, and the Jobs that were made. */
function aJobAttempts() {
  const created: object[] = [];
  const trust = { authorities: '' };
  const port: JobPort = {
    ...{ jobsOf: () => [], podsOf: () => [] },
    create: (manifest) => Promise.resolve({ kind: 'created', count: created.push(manifest) }),
    ...{ remove: () => Promise.resolve(), removeAll: () => Promise.resolve() },
  };
  const programs = {
    ...{ configMap: () => Promise.resolve(undefined), artifact: () => Promise.resolve(undefined) },
    storeTask: () => Promise.reject(new Error('no task is that large')),
  };
  const attempts = new JobAttempts(port, programs, {
    images: { conclave: 'conclave', runtime: 'runtime' },
    serverUrl: 'https://server',
    certificateAuthorities: () => trust.authorities,
    queueName: () => undefined,
  });
  const pinned = { methods: [] } as unknown as PinnedPipeline;
  return { created, trust, start: () => attempts.start({ key: 'team/order', ...anAttempt(), pinned, isFresh: true }) };
}

describe('JobAttempts', () => {
  it('makes no Job before it knows what its Pod has to trust: the Pod keeps what it was made with', async () => {
    const { created, trust, start } = aJobAttempts();
    await expect(start()).rejects.toBeInstanceOf(Waiting);
    expect(created).toEqual([]);
    trust.authorities = 'PEM';
    expect(await start()).toBeUndefined();
    expect(created).toMatchObject([
      { spec: { template: { metadata: { annotations: { 'conclave.dev/ca': 'PEM' } } } } },
    ]);
  });
});
