import { describe, expect, it } from 'vitest';
import type { WorkItem } from '../../api/work-item.ts';
import { policyInput } from './policy-input.ts';

const at = '2026-01-01T00:00:00Z';
const digest = `sha256:${'0'.repeat(64)}`;
const workItem: WorkItem = {
  apiVersion: 'conclave.dev/v1alpha1',
  kind: 'WorkItem',
  metadata: {
    ...{ name: 'ship', namespace: 'shop', uid: 'u1', resourceVersion: '7', labels: { team: 'shop' } },
    annotations: {
      'conclave.dev/requested-by': 'rita',
      'conclave.dev/change-ticket': 'CHG-1',
      'approval.conclave.dev/deploy.deployment': 'approved',
      'action.conclave.dev/deploy.deployment': 'done',
    },
  },
  spec: { pipelineRef: { name: 'ship' } },
  status: {
    lifecycle: { state: 'Approved', since: at, round: 2, digest, feedback: 'mind the tests' },
    gates: [
      {
        ...{ name: 'deploy', state: 'Approved', digest, round: 1, approvals: [{ role: 'deployment' }] },
        ...{ production: true, allowRequester: false, openedAt: at },
        decisions: [
          {
            slot: 'deploy.deployment',
            role: 'deployment',
            user: 'dora',
            decision: 'approved',
            digest,
            at,
            comment: 'x',
          },
        ],
      },
    ],
  },
};

describe('policyInput', () => {
  it('tells who asked for what, where it stands and what was decided', () => {
    expect(policyInput(workItem)).toEqual({
      workItem: {
        metadata: {
          ...{ name: 'ship', namespace: 'shop', uid: 'u1', labels: { team: 'shop' } },
          annotations: { 'conclave.dev/requested-by': 'rita', 'conclave.dev/change-ticket': 'CHG-1' },
        },
        spec: { pipelineRef: { name: 'ship' } },
      },
      requestedBy: 'rita',
      lifecycle: { state: 'Approved', round: 2, feedback: 'mind the tests' },
      gates: [
        {
          ...{ name: 'deploy', state: 'Approved', round: 1, production: true },
          decisions: [{ role: 'deployment', user: 'dora', decision: 'approved', digest, at }],
        },
      ],
    });
  });

  it('is the same while the WorkItem stays in its place, whatever else its status says', () => {
    const later: WorkItem = {
      ...workItem,
      metadata: { ...workItem.metadata, resourceVersion: '8' },
      status: { ...workItem.status, phase: 'Waiting', sequence: 9 },
    };
    expect(policyInput(later)).toEqual(policyInput(workItem));
  });

  it('knows nothing of what is not there yet', () => {
    const fresh = { ...workItem, metadata: { name: 'ship' } };
    expect(policyInput({ ...fresh, status: {} })).toEqual({
      workItem: { metadata: { name: 'ship', labels: {}, annotations: {} }, spec: workItem.spec },
      ...{ requestedBy: null, lifecycle: {}, gates: [] },
    });
  });
});
