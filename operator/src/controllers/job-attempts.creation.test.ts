import { describe, expect, it } from 'vitest';
import { codeStep } from '../testing/an-attempt.ts';
import { aContext, ScriptedJobs } from '../testing/scripted-jobs.ts';
import type { LiveJob } from './job-port.ts';

/** The Job that this attempt makes, as it stands in the cluster. */
async function itsJob(): Promise<LiveJob> {
  const jobs = new ScriptedJobs();
  await jobs.attempts().start(aContext());
  return [...jobs.jobs.values()][0]!;
}

async function startWhere(found: LiveJob | undefined) {
  const jobs = new ScriptedJobs();
  jobs.script.push({ kind: 'exists', found });
  return jobs.attempts().start(aContext());
}

const nameTaken = { outcome: { result: 'Failed', reason: 'NameTaken', retryable: true } };

describe('JobAttempts, about the Job of an attempt', () => {
  it('takes one that it made before', async () => {
    expect(await startWhere(await itsJob())).toBeUndefined();
  });

  it('takes one that it made before and somebody deletes: it is seen going', async () => {
    const { metadata } = await itsJob();
    const going = { metadata: { ...metadata, deletionTimestamp: '2026-01-05T08:00:00Z' } };
    expect(await startWhere(going)).toBeUndefined();
  });

  it.each<[string, (metadata: LiveJob['metadata']) => Partial<LiveJob['metadata']>]>([
    ['belongs to nobody', () => ({ ownerReferences: [] })],
    ['belongs to another', () => ({ ownerReferences: [{ uid: 'other', controller: true }] })],
    [
      'is ours and controlled by another',
      ({ ownerReferences = [] }) => ({
        ownerReferences: ownerReferences.map(({ uid }) => ({ uid, controller: false })),
      }),
    ],
    [
      'was made from something else',
      ({ annotations }) => ({
        annotations: { ...annotations, 'conclave.dev/spec-digest': 'sha256:other' },
      }),
    ],
  ])('does not take one that %s', async (_whose, change) => {
    const { metadata } = await itsJob();
    expect(await startWhere({ metadata: { ...metadata, ...change(metadata) } })).toMatchObject(nameTaken);
  });

  it('does not take nothing for something: one that is gone just now is tried again', async () => {
    expect(await startWhere(undefined)).toEqual({ refused: 'a Job of its name was deleted just now' });
  });

  it('fails for good when no such Job can be made', async () => {
    const jobs = new ScriptedJobs();
    jobs.script.push({ kind: 'invalid', message: 'spec.template is too long' });
    expect(await jobs.attempts().start(aContext())).toEqual({
      outcome: { result: 'Failed', reason: 'JobInvalid', message: 'spec.template is too long', retryable: false },
    });
  });

  it('passes on what refuses it', async () => {
    const jobs = new ScriptedJobs();
    jobs.script.push({ kind: 'refused', message: 'exceeded quota' });
    expect(await jobs.attempts().start(aContext())).toEqual({ refused: 'exceeded quota' });
  });

  it.each([
    ['a ConfigMap', { source: 'configMap', configMap: { name: 'code', key: 'main.py' } }, 'code/main.py'],
    ['an artifact', { source: 'artifact', artifact: `sha256:${'a'.repeat(64)}` }, `sha256:${'a'.repeat(64)}`],
  ])('reads its program from %s, and fails for now without it', async (_where, code, key) => {
    const jobs = new ScriptedJobs();
    const context = aContext({ start: { step: codeStep({ code }) } });
    const missing = { outcome: { reason: 'ProgramNotFound', retryable: true } };
    expect(await jobs.attempts().start(context)).toMatchObject(missing);
    expect(jobs.manifests).toEqual([]);
    jobs.programs.set(key, 'print(1)');
    expect(await jobs.attempts().start(context)).toBeUndefined();
    expect(JSON.stringify(jobs.manifests)).toContain('print(1)');
  });

  it('deletes no Job that is being deleted already, and none of another attempt', async () => {
    const jobs = new ScriptedJobs();
    const attempts = jobs.attempts();
    const { workItem, start } = aContext();
    await attempts.start(aContext());
    await attempts.stop(workItem, start.path, start.attempt + 1);
    const [[name, job]] = [...jobs.jobs] as [[string, LiveJob]];
    jobs.jobs.set(name, { metadata: { ...job.metadata, deletionTimestamp: '2026-01-05T08:00:00Z' } });
    await attempts.stop(workItem, start.path, start.attempt);
    expect(jobs.removed).toEqual([]);
  });
});
