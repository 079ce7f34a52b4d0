import { describe, expect, it } from 'vitest';
import { formatDecisionValue } from './decision-value.ts';
import { readDecisions } from './read-decisions.ts';

const at = '2026-01-05T08:00:00.000Z';
const digest = `sha256:${'1'.repeat(64)}`;

describe('readDecisions', () => {
  it('reads decisions at gates and actions, in the order of their keys, and leaves other annotations alone', () => {
    const annotations = {
      'conclave.dev/requested-by': 'rita',
      'approval.conclave.dev/plan.review-2': formatDecisionValue({
        decision: 'rejected',
        by: 'bob',
        digest,
        comment: 'no',
      }),
      'action.conclave.dev/claim_task.developer': formatDecisionValue({ decision: 'done', by: 'dan', digest }),
      'approval.conclave.dev/plan.review': formatDecisionValue({ decision: 'approved', by: 'ann', digest }),
    };
    expect(readDecisions(annotations, at)).toEqual({
      decisions: [
        { gate: 'plan', slot: 'plan.review', role: 'review', user: 'ann', decision: 'approved', digest, at },
        {
          gate: 'plan',
          slot: 'plan.review-2',
          role: 'review',
          user: 'bob',
          decision: 'rejected',
          comment: 'no',
          digest,
          at,
        },
      ],
      actions: [{ action: 'claim_task', slot: 'claim_task.developer', role: 'developer', user: 'dan', digest, at }],
      unreadable: [],
    });
  });

  it('says what cannot be read, and why', () => {
    const annotations = { 'approval.conclave.dev/plan': 'approved', 'approval.conclave.dev/plan.review': 'approved' };
    const { decisions, unreadable } = readDecisions(annotations, at);
    expect(decisions).toEqual([]);
    expect(unreadable.map(({ key, why }) => `${key}: ${why}`)).toEqual([
      'approval.conclave.dev/plan: its key is not <gate or action>.<role>, with -2 to -9 for further people',
      'approval.conclave.dev/plan.review: it is not stamped: no JSON object as the admission policies write it',
    ]);
  });
});
