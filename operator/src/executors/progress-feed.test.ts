import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RunningServer } from '../testing/running-server.ts';
import { ProgressFeed } from './progress-feed.ts';

const counts = { turns: 2, toolCalls: 1, promptTokens: 300, completionTokens: 40 };

let running: RunningServer;
const leading = new AbortController();
beforeEach(async () => {
  running = await RunningServer.start();
});
afterEach(async () => {
  leading.abort();
  await running.stop();
});

const tell = async (token: string, body: object) => {
  const { statusCode, body: answer } = await running.server.app.inject({
    ...{ method: 'PUT', url: '/v1/progress', headers: { authorization: `Bearer ${token}` } },
    payload: body,
  });
  return {
    statusCode,
    reason: answer === '' ? '' : (JSON.parse(answer) as { error: { reason: string } }).error.reason,
  };
};

describe('progress', () => {
  it('is what pods tell of their own work items, and the operator alone reads it', async () => {
    expect(await tell('pod-w1', { step: 'mend', attempt: 2, ...counts })).toEqual({ statusCode: 204, reason: '' });
    const arrived: string[] = [];
    const failures: unknown[] = [];
    const feed = new ProgressFeed({
      server: running.client('operator'),
      arrived: (uid) => arrived.push(uid),
      failed: (error) => failures.push(error),
    });
    const run = feed.run(leading.signal);
    await vi.waitFor(() => expect(arrived).toEqual(['w1']));
    await tell('pod-w2', { step: 'mend', attempt: 2, ...counts, turns: 3 });
    await vi.waitFor(() => expect(arrived).toEqual(['w1', 'w2']));
    expect(feed.of('w1', { step: 'mend', attempt: 2 })).toEqual(counts);
    expect(feed.of('w2', { step: 'mend', attempt: 2 })).toEqual({ ...counts, turns: 3 });
    expect(feed.of('w1', { step: 'mend', attempt: 1 })).toBeUndefined();
    leading.abort();
    await run;
    expect(failures).toEqual([]);
    await expect(running.client('alice').readProgress({ after: 0 })).rejects.toMatchObject({ status: 403 });
  });

  it.each([
    ['of a user', 'alice', { step: 'mend', attempt: 1, ...counts }, 403, 'Forbidden'],
    ['of the operator', 'operator', { step: 'mend', attempt: 1, ...counts }, 403, 'Forbidden'],
    ['of a pod that works for nobody', 'pod-stranger', { step: 'mend', attempt: 1, ...counts }, 403, 'Forbidden'],
    ['that names another work item', 'pod-w1', { step: 'm', attempt: 1, ...counts, workItem: 'w2' }, 400, 'BadRequest'],
    ['with a count that is none', 'pod-w1', { step: 'mend', attempt: 1, ...counts, turns: -1 }, 400, 'BadRequest'],
    ['of a step whose name is too long', 'pod-w1', { step: 'm'.repeat(701), attempt: 1, ...counts }, 400, 'BadRequest'],
  ])('is refused %s', async (_, token, body, statusCode, reason) => {
    expect(await tell(token, body)).toEqual({ statusCode, reason });
  });
});
