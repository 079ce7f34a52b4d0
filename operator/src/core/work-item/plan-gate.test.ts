import { describe, expect, it } from 'vitest';
import { PlannedRun, type RunSketch } from '../../testing/planned-run.ts';
import { approval, call } from '../../testing/planning-case.ts';
import { planWorkItem } from './plan-work-item.ts';

/** The digest that a gate asks people to approve, in a run where the step before it gave `text`. */
function digestAsked({ text = 'plan', message = 'right?', ...given }: RunSketch & { text?: string; message?: string }) {
  const steps = [call('a'), approval('ok', { dependsOn: ['a'], message })];
  const run = new PlannedRun({ steps }, { inputs: { user: 'ann' }, ...given }).succeed('a', { text });
  return run.status.gates?.[0]?.digest;
}

describe('the digest of a gate', () => {
  it('is the same for the same run that asks the same', () => {
    expect(digestAsked({})).toBe(digestAsked({}));
  });

  const changes: Record<string, Parameters<typeof digestAsked>[0]> = {
    'what is shown': { text: 'another plan' },
    'what is asked': { message: 'wrong?' },
    'the inputs of the run': { inputs: { user: 'bob' } },
    'the policies': { facts: { policyEpoch: 'epoch-2' } },
  };
  it.each(Object.entries(changes))('covers %s', (_, change) => {
    expect(digestAsked(change)).not.toBe(digestAsked({}));
  });

  it('covers the run itself and all that it is pinned to', () => {
    const run = new PlannedRun({ steps: [approval('ok')] });
    const { workItem, pinned, ...observed } = run.observed();
    const asked = (more: object) =>
      planWorkItem({ ...observed, workItem: { ...workItem, status: {} }, pinned, ...more }).status.gates?.[0]?.digest;
    const other = { ...workItem, status: {}, metadata: { ...workItem.metadata, uid: 'another' } };
    expect(asked({ workItem: other })).not.toBe(asked({}));
    expect(asked({ pinned: { ...pinned, digest: `sha256:${'1'.repeat(64)}` } })).not.toBe(asked({}));
  });
});

describe('a gate', () => {
  it('that a status speaks of and that was never opened is an impossible state', () => {
    const run = new PlannedRun({ steps: [approval('ok')] });
    run.status = { ...run.status, gates: [] };
    expect(run.step().status).toMatchObject({
      phase: 'Failed',
      reason: 'ImpossibleState',
      message: 'a mistake in Conclave: the gate ok was never opened',
    });
  });
});
