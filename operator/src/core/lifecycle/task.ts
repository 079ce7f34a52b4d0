import type { Definition } from './definition.ts';

const openStates = [
  ...['Todo', 'Implementing', 'DevCompleted', 'PendingArchReview', 'ArchReviewing'],
  ...['PendingQa', 'QaTesting', 'PendingPoApproval'],
];

/** A transition of work that was claimed: only whoever claimed it takes it. */
const claimed = { assigneeOnly: true } as const;
/** A transition by which somebody claims the work. */
const claiming = { claims: true } as const;
const sentBack = { to: 'Implementing', rejects: true } as const;

/** How one task is done (seed 001): implemented, reviewed, tested and accepted, each by whoever claimed it. */
export const task: Definition = {
  initial: 'Todo',
  states: [
    { name: 'Todo', description: 'Nobody has claimed it.' },
    { name: 'Implementing', description: 'A developer is at work on it.' },
    { name: 'DevCompleted', description: 'It is implemented, and is handed on at once.' },
    { name: 'PendingArchReview', description: 'It waits for an architect.' },
    { name: 'ArchReviewing', description: 'An architect reviews its design.' },
    { name: 'PendingQa', description: 'It waits for somebody who tests it.' },
    { name: 'QaTesting', description: 'It is being tested.' },
    { name: 'PendingPoApproval', description: 'It waits for the product owner.' },
    { name: 'Done', description: 'It is accepted, or discarded.', terminal: true, outcome: 'Done' },
  ],
  transitions: [
    { action: 'claim_task', from: ['Todo'], to: 'Implementing', roles: ['developer'], ...claiming },
    {
      ...{ action: 'commit_code', from: ['Implementing'], to: 'DevCompleted', roles: ['developer'], ...claimed },
      guards: [{ expression: 'workItem.status.lifecycle.round == 0', message: 'sent back: it is revised instead' }],
    },
    {
      ...{ action: 'revise_code', from: ['Implementing'], to: 'DevCompleted', roles: ['developer'], ...claimed },
      guards: [{ expression: 'workItem.status.lifecycle.round > 0', message: 'it was not sent back yet' }],
      standsInFor: 'commit_code',
    },
    {
      ...{ action: 'auto_route_to_architect', from: ['DevCompleted'], to: 'PendingArchReview', roles: ['system'] },
      when: 'true',
    },
    { action: 'claim_review', from: ['PendingArchReview'], to: 'ArchReviewing', roles: ['architect'], ...claiming },
    {
      ...{ action: 'approve_design', from: ['ArchReviewing'], to: 'PendingQa', roles: ['architect'], ...claimed },
      routedBy: 'auto_route_to_qa',
    },
    { action: 'reject_design', from: ['ArchReviewing'], roles: ['architect'], ...claimed, ...sentBack },
    { action: 'claim_testing', from: ['PendingQa'], to: 'QaTesting', roles: ['qa'], ...claiming },
    {
      ...{ action: 'approve_tests', from: ['QaTesting'], to: 'PendingPoApproval', roles: ['qa'], ...claimed },
      routedBy: 'auto_route_to_po',
    },
    { action: 'reject_tests', from: ['QaTesting'], roles: ['qa'], ...claimed, ...sentBack },
    { action: 'approve_story', from: ['PendingPoApproval'], to: 'Done', roles: ['po'] },
    { action: 'reject_story', from: ['PendingPoApproval'], roles: ['po'], ...sentBack },
    { action: 'discard_task', from: openStates, to: 'Done', roles: ['po'], outcome: 'Discarded' },
  ],
};
