import { describe, expect, it } from 'vitest';
import { NotFound, ServerError } from './api-error.ts';
import { Discovery } from './discovery.ts';

const target = { verb: 'get', resource: '/apis' };
const jobs = { name: 'jobs', kind: 'Job', namespaced: true };
const list = (...resources: object[]) => JSON.stringify({ kind: 'APIResourceList', resources });

/** A server whose answers can be changed, and that remembers what it was asked. */
function aServer(answers: Record<string, string>) {
  const asked: string[] = [];
  const getText = (path: string) => {
    asked.push(path);
    const answer = answers[path];
    if (answer !== undefined) return Promise.resolve(answer);
    return Promise.reject(new NotFound({ target, code: 404, reason: 'NotFound', said: 'no' }));
  };
  return { answers, asked, discovery: new Discovery({ getText }) };
}

describe('Discovery', () => {
  it('finds kinds of the core group and of others', async () => {
    const pods = { name: 'pods', kind: 'Pod', namespaced: true };
    const { discovery } = aServer({ '/api/v1': list(pods), '/apis/batch/v1': list(jobs) });
    expect(await discovery.find('v1', 'Pod')).toEqual({
      ...{ group: '', version: 'v1', kind: 'Pod', plural: 'pods', namespaced: true },
    });
    expect(await discovery.find('batch/v1', 'Job')).toMatchObject({ group: 'batch', version: 'v1', plural: 'jobs' });
  });

  it('takes no subresource for a kind', async () => {
    const scale = { name: 'deployments/scale', kind: 'Scale', namespaced: true };
    expect(await aServer({ '/apis/apps/v1': list(scale) }).discovery.find('apps/v1', 'Scale')).toBeUndefined();
  });

  it('asks once for what is there, and again for what was not', async () => {
    const { answers, asked, discovery } = aServer({ '/apis/batch/v1': list(jobs) });
    await discovery.find('batch/v1', 'Job');
    await discovery.find('batch/v1', 'Job');
    expect(asked).toHaveLength(1);
    expect(await discovery.find('batch/v1', 'CronJob')).toBeUndefined();
    answers['/apis/batch/v1'] = list(jobs, { name: 'cronjobs', kind: 'CronJob', namespaced: true });
    expect(await discovery.find('batch/v1', 'CronJob')).toMatchObject({ plural: 'cronjobs' });
  });

  it('forgets a group when it is told to, and when the server has forgotten it', async () => {
    const { answers, discovery } = aServer({ '/apis/batch/v1': list(jobs) });
    await discovery.find('batch/v1', 'Job');
    delete answers['/apis/batch/v1'];
    expect(await discovery.find('batch/v1', 'Other')).toBeUndefined();
    expect(await discovery.find('batch/v1', 'Job')).toBeUndefined();
  });

  it.each(['', '/v1', 'a/b/v1', '../v1', 'batch/v1?x', 'Batch/v1', 'batch'])(
    'asks for nothing by %j',
    async (version) => {
      const { asked, discovery } = aServer({});
      expect(await discovery.find(version, 'Job')).toBeUndefined();
      expect(asked).toEqual([]);
    },
  );

  it('fails as a failing server does when the answer is not JSON', async () => {
    const { discovery } = aServer({ '/api/v1': '<html>' });
    await expect(discovery.find('v1', 'Pod')).rejects.toThrow(ServerError);
  });
});
