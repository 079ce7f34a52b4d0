import { describe, expect, it } from 'vitest';
import type { GateStatus } from '../../api/gate-status.ts';
import { type Deciding, type Decision, type NotCounted, shortDigest, whyNotCounted } from './may-decide.ts';

const now = '2026-01-05T08:00:00.000Z';
const digest = `sha256:${'1'.repeat(64)}`;
const other = `sha256:${'2'.repeat(64)}`;
const gate: GateStatus = {
  ...{ name: 'plan', state: 'Open', round: 1, digest, openedAt: now, production: false, allowRequester: false },
  approvals: [{ role: 'review', count: 2 }, { role: 'safety' }],
};
const byAnn: Decision = { slot: 'plan.review', role: 'review', user: 'ann', decision: 'approved', digest, at: now };
const deciding: Deciding = { requester: 'rita', nowMs: Date.parse(now), counted: [] };

interface Case {
  readonly decision?: Partial<Decision>;
  readonly gate?: Partial<GateStatus>;
  readonly deciding?: Partial<Deciding>;
  /** It counts without a reason. */
  readonly why?: NotCounted['reason'];
}

const account = 'system:serviceaccount:ci:bot';
const cases: Record<string, Case> = {
  'by a person of a role that is asked': {},
  'by the second person of a role': {
    decision: { user: 'bob' },
    deciding: { counted: [{ ...byAnn, slot: 'plan.review-2' }] },
  },
  'that is recorded already': { deciding: { counted: [byAnn] } },
  'at a gate that is approved': { gate: { state: 'Approved' }, why: 'GateClosed' },
  'at a gate that is rejected': { gate: { state: 'Rejected' }, why: 'GateClosed' },
  'at a gate that has expired, and says so': { gate: { state: 'Expired' }, why: 'GateClosed' },
  'at a gate that expires now': { gate: { expiresAt: now }, why: 'GateExpired' },
  'at a gate that expires in a moment': { gate: { expiresAt: '2026-01-05T08:00:00.001Z' } },
  'on what was asked before': { decision: { digest: other }, why: 'DigestStale' },
  'for a role that is not asked': { decision: { role: 'po', slot: 'plan.po' }, why: 'RoleNotAsked' },
  'by the requester': { decision: { user: 'rita' }, why: 'RequesterExcluded' },
  'that rejects, by the requester': { decision: { user: 'rita', decision: 'rejected' }, why: 'RequesterExcluded' },
  'by the requester where the gate allows it': { decision: { user: 'rita' }, gate: { allowRequester: true } },
  'where nobody knows who the requester is': { deciding: { requester: undefined }, why: 'RequesterUnknown' },
  'where nobody knows the requester, and it does not matter': {
    deciding: { requester: undefined },
    gate: { allowRequester: true },
  },
  'by a service account': { decision: { user: account }, why: 'ServiceAccountNotNamed' },
  'by a service account that the gate names': {
    decision: { user: account },
    gate: { allowedServiceAccounts: ['ci:bot'] },
  },
  'by another service account than the gate names': {
    ...{ decision: { user: account }, gate: { allowedServiceAccounts: ['ci:bot2', 'bot', 'c:ci:bot', account] } },
    why: 'ServiceAccountNotNamed',
  },
  'by somebody who decided in another slot': {
    deciding: { counted: [{ ...byAnn, slot: 'plan.safety' }] },
    why: 'DecidedBefore',
  },
  'by somebody who rejected in another slot': {
    deciding: { counted: [{ ...byAnn, slot: 'plan.safety', decision: 'rejected' }] },
    why: 'DecidedBefore',
  },
  'by somebody who decided on something else in another slot': {
    deciding: { counted: [{ ...byAnn, slot: 'plan.safety', digest: other }] },
  },
  'in the slot of somebody else': { deciding: { counted: [{ ...byAnn, user: 'bob' }] }, why: 'SlotTaken' },
  'in the slot of somebody else, of an earlier round': {
    deciding: { counted: [{ ...byAnn, user: 'bob', digest: other }] },
  },
};

describe('a decision', () => {
  it.each(Object.entries(cases))('%s', (_, each) => {
    const why = whyNotCounted(
      { ...byAnn, ...each.decision },
      { ...gate, ...each.gate },
      { ...deciding, ...each.deciding },
    );
    expect(why?.reason).toBe(each.why);
    expect(why?.message ?? 'a reason').toMatch(/^[^.]{5,200}/);
  });

  it('on something else is told by the digits that people see', () => {
    expect(whyNotCounted({ ...byAnn, digest: other }, gate, deciding)?.message).toBe(
      'it is on 22222222, and the gate plan asks about 11111111 now',
    );
    expect(shortDigest('sha256:3fa9c1d2ffff')).toBe('3fa9c1d2');
  });
});
