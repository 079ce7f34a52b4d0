import type { Definition } from './definition.ts';

/** Least definition-of-ready score with which a story is ready (seed 001). */
export const readyThreshold = 0.8;

/**
 * How a story goes from its draft to the archive (seed 001). It is marked as ready only with a good definition-of-ready
 * score, and what was not done is carried over.
 */
export const story: Definition = {
  initial: 'Draft',
  states: [
    { name: 'Draft', description: 'It is being written.' },
    { name: 'PoReview', description: 'The product owner reads its brief.' },
    { name: 'ReadyForPlanning', description: 'It waits for its plan.' },
    { name: 'Planned', description: 'It is planned, and may not be ready yet.' },
    { name: 'ReadyForExecution', description: 'It is ready, and starts at once.' },
    { name: 'Executing', description: 'It is being implemented.' },
    { name: 'CodeReview', description: 'An architect reviews its code.' },
    { name: 'Testing', description: 'It is being tested.' },
    { name: 'ReadyToReview', description: 'It waits for the product owner.' },
    { name: 'Accepted', description: 'It is accepted, and closed at once.' },
    { name: 'CarryOver', description: 'It is not done, and goes on later.' },
    { name: 'Done', description: 'It is done.', outcome: 'Done' },
    { name: 'Archived', description: 'It was done long ago.', terminal: true, outcome: 'Done' },
  ],
  transitions: [
    { action: 'submit', from: ['Draft'], to: 'PoReview', roles: ['po'] },
    { action: 'approve_brief', from: ['PoReview'], to: 'ReadyForPlanning', roles: ['po'] },
    { action: 'reject_brief', from: ['PoReview'], to: 'Draft', roles: ['po'], rejects: true },
    { action: 'plan', from: ['ReadyForPlanning'], to: 'Planned', roles: ['planning'] },
    {
      ...{ action: 'mark_ready', from: ['Planned'], to: 'ReadyForExecution', roles: ['po'] },
      guards: [
        {
          expression: `readyScore >= ${readyThreshold}`,
          message: `its definition-of-ready score is below ${readyThreshold}`,
        },
      ],
    },
    { action: 'start', from: ['ReadyForExecution'], to: 'Executing', roles: ['system'], when: 'true' },
    { action: 'submit_code', from: ['Executing'], to: 'CodeReview', roles: ['developer'] },
    { action: 'approve_code', from: ['CodeReview'], to: 'Testing', roles: ['architect'] },
    { action: 'request_changes', from: ['CodeReview'], to: 'Executing', roles: ['architect'], rejects: true },
    { action: 'pass_tests', from: ['Testing'], to: 'ReadyToReview', roles: ['qa'] },
    { action: 'fail_tests', from: ['Testing'], to: 'Executing', roles: ['qa'], rejects: true },
    { action: 'accept', from: ['ReadyToReview'], to: 'Accepted', roles: ['po'] },
    // What is carried over is done again from where it was ready, with what was said as feedback.
    { action: 'carry_over', from: ['ReadyToReview'], to: 'CarryOver', roles: ['po'], rejects: true },
    { action: 'resume', from: ['CarryOver'], to: 'ReadyForExecution', roles: ['po'] },
    { action: 'close', from: ['Accepted'], to: 'Done', roles: ['system'], when: 'true' },
    { action: 'archive', from: ['Done'], to: 'Archived', roles: ['po'] },
  ],
};
