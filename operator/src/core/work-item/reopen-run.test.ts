import { describe, expect, it } from 'vitest';
import type { WorkItem } from '../../api/work-item.ts';
import { mayBeReopened } from './reopen-run.ts';

const digest = `sha256:${'a'.repeat(64)}`;

function ended({ annotations, lifecycle, reason = 'LifecycleEnded' }: Partial<Record<string, unknown>> = {}): WorkItem {
  const at = '2026-01-05T08:00:00Z';
  const status = {
    ...{ finishedAt: at, ending: { phase: 'Succeeded', reason } },
    lifecycle: {
      state: 'Deployed',
      since: at,
      round: 0,
      digest,
      actions: [{ name: 'roll_back', roles: ['deployment'] }],
    },
  };
  const given = { ...status.lifecycle, ...(lifecycle as object) };
  return {
    ...{ apiVersion: 'conclave.dev/v1alpha1', kind: 'WorkItem', spec: {} },
    metadata: { name: 'w', namespace: 'ns', annotations: annotations as Record<string, string> },
    status: { ...status, lifecycle: given } as WorkItem['status'],
  } as WorkItem;
}

const key = 'action.conclave.dev/roll_back.deployment';
const value = JSON.stringify({ decision: 'done', by: 'ann', digest });

describe('a run that has ended may be taken up again', () => {
  it('when somebody acts on exactly what it has come to', () => {
    expect(mayBeReopened(ended({ annotations: { [key]: value } }))).toBe(true);
  });

  const others: Record<string, Parameters<typeof ended>[0]> = {
    'nobody does': {},
    'somebody acted on what it was before': {
      annotations: { [key]: value.replaceAll('a'.repeat(64), 'b'.repeat(64)) },
    },
    'something else speaks of it': { annotations: { 'approval.conclave.dev/deploy.review': value } },
    'nothing leads on': { annotations: { [key]: value }, lifecycle: { actions: [] } },
    'nobody can tell what it has come to': { annotations: { [key]: value }, lifecycle: { digest: undefined } },
    'it was not its lifecycle that ended it': { annotations: { [key]: value }, reason: 'StepFailed' },
  };
  it.each(Object.entries(others))('and not when %s', (_, sketch) => {
    expect(mayBeReopened(ended(sketch))).toBe(false);
  });
});
