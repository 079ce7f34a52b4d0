import { describe, expect, it } from 'vitest';
import type { GateStatus } from '../../api/gate-status.ts';
import { formatDecisionValue } from './decision-value.ts';
import { pastDecisions } from './past-decisions.ts';

const digest = `sha256:${'1'.repeat(64)}`;
const earlier = `sha256:${'2'.repeat(64)}`;
const since = '2026-01-05T08:00:00.000Z';
const open: GateStatus = {
  ...{ name: 'plan', state: 'Open', round: 2, digest, openedAt: since, production: false, allowRequester: false },
  approvals: [{ role: 'review' }],
};
const lifecycle = { state: 'Todo', since, round: 0, digest };

const approved = (on = digest) => formatDecisionValue({ decision: 'approved', by: 'ann', digest: on });
const done = (on = digest) => formatDecisionValue({ decision: 'done', by: 'ann', digest: on });

const cases: Record<string, { key: string; value: string; gate?: Partial<GateStatus>; isPast: boolean }> = {
  'on what the gate asks now': { key: 'approval.conclave.dev/plan.review', value: approved(), isPast: false },
  'of an earlier round': { key: 'approval.conclave.dev/plan.review', value: approved(earlier), isPast: true },
  'at a gate that is decided': {
    ...{ key: 'approval.conclave.dev/plan.review', value: approved(), gate: { state: 'Approved' as const } },
    isPast: true,
  },
  'at a gate that is not there': { key: 'approval.conclave.dev/other.review', value: approved(), isPast: true },
  'that cannot be read': { key: 'approval.conclave.dev/plan.review', value: 'approved', isPast: true },
  'under a key that cannot be read': { key: 'approval.conclave.dev/plan', value: approved(), isPast: true },
  'an action in the state as it is': { key: 'action.conclave.dev/claim_task.qa', value: done(), isPast: false },
  'an action in an earlier state': { key: 'action.conclave.dev/claim_task.qa', value: done(earlier), isPast: true },
  'an annotation of somebody else': { key: 'example.com/approval', value: 'approved', isPast: false },
};

describe('pastDecisions', () => {
  it.each(Object.entries(cases))('%s', (_, { key, value, gate, isPast }) => {
    expect(pastDecisions({ [key]: value }, { gates: [{ ...open, ...gate }], lifecycle })).toEqual(isPast ? [key] : []);
  });

  it('takes all decisions for past where nothing is asked', () => {
    expect(
      pastDecisions({ 'action.conclave.dev/x.qa': done(), 'approval.conclave.dev/plan.review': approved() }, {}),
    ).toEqual(['action.conclave.dev/x.qa', 'approval.conclave.dev/plan.review']);
  });
});
