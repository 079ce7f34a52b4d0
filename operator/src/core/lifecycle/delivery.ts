import type { Definition } from './definition.ts';

/**
 * How a change is delivered (seed 000): drafted, made, reviewed, approved, deployed. Deploying is a production rollout: two
 * people must approve it, and policies must allow it.
 */
export const delivery: Definition = {
  initial: 'Draft',
  states: [
    { name: 'Draft', description: 'It is being described.' },
    { name: 'InProgress', description: 'It is being made.' },
    { name: 'ReviewPending', description: 'It waits for its review.' },
    { name: 'Approved', description: 'It may be deployed.' },
    { name: 'Deployed', description: 'It is in production.', production: true, outcome: 'Deployed' },
  ],
  transitions: [
    { action: 'submit', from: ['Draft'], to: 'InProgress', roles: ['planning'] },
    { action: 'request_review', from: ['InProgress'], to: 'ReviewPending', roles: ['implementation'] },
    { action: 'approve', from: ['ReviewPending'], to: 'Approved', roles: ['review'] },
    { action: 'reject', from: ['ReviewPending'], to: 'InProgress', roles: ['review'], rejects: true },
    {
      ...{ action: 'deploy', from: ['Approved'], to: 'Deployed', roles: ['deployment'] },
      guards: [
        { policy: 'conclave/delivery/deploy', message: 'the policy of deliveries does not allow it' },
        { policy: 'conclave/safety/production', message: 'the policy of production does not allow it' },
      ],
      approvals: [
        { role: 'review', count: 1 },
        { role: 'safety', count: 1 },
      ],
    },
    { action: 'roll_back', from: ['Deployed'], to: 'Approved', roles: ['deployment'] },
    {
      ...{ action: 'cancel', from: ['InProgress', 'ReviewPending', 'Approved'], to: 'Draft', roles: ['planning'] },
      outcome: 'Cancelled',
    },
  ],
};
