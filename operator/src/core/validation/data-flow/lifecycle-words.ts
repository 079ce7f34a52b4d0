import type { Lifecycle } from '../../../api/lifecycle.ts';

/** The states and actions that steps may name. */
export interface LifecycleWords {
  readonly states: readonly string[];
  readonly actions: readonly string[];
}

/** States and actions of the lifecycles that Conclave brings. */
const presets: Readonly<Record<NonNullable<Lifecycle['preset']>, LifecycleWords>> = {
  delivery: {
    states: ['Draft', 'InProgress', 'ReviewPending', 'Approved', 'Deployed'],
    actions: ['submit', 'request_review', 'approve', 'reject', 'deploy', 'roll_back', 'cancel'],
  },
  task: {
    states: [
      ...['Todo', 'Implementing', 'DevCompleted', 'PendingArchReview', 'ArchReviewing'],
      ...['PendingQa', 'QaTesting', 'PendingPoApproval', 'Done'],
    ],
    actions: [
      ...['claim_task', 'commit_code', 'revise_code', 'claim_review', 'approve_design', 'reject_design'],
      ...['claim_testing', 'approve_tests', 'reject_tests', 'approve_story', 'reject_story', 'discard_task'],
      ...['auto_route_to_architect', 'auto_route_to_qa', 'auto_route_to_po'],
    ],
  },
  story: {
    states: [
      ...['Draft', 'PoReview', 'ReadyForPlanning', 'Planned', 'ReadyForExecution', 'Executing', 'CodeReview'],
      ...['Testing', 'ReadyToReview', 'Accepted', 'CarryOver', 'Done', 'Archived'],
    ],
    actions: [
      ...['submit', 'approve_brief', 'reject_brief', 'plan', 'mark_ready', 'start', 'submit_code', 'approve_code'],
      ...['request_changes', 'pass_tests', 'fail_tests', 'accept', 'carry_over', 'close', 'archive', 'resume'],
    ],
  },
};

/** The states and actions of a Pipeline's lifecycle; undefined when it has none. */
export function lifecycleWords(lifecycle: Lifecycle | undefined): LifecycleWords | undefined {
  if (lifecycle?.preset !== undefined) return presets[lifecycle.preset];
  if (lifecycle?.definition === undefined) return undefined;
  const { states, transitions } = lifecycle.definition;
  return { states: states.map(({ name }) => name), actions: transitions.map(({ action }) => action) };
}
