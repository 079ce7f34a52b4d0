import type { Mutation } from './mutation.ts';

const core = (file: string) => `operator/src/core/${file}`;

/** Bugs in who moves a run in its lifecycle, and in what reaches production. */
export const governanceMutations: readonly Mutation[] = [
  {
    name: 'production-without-leave',
    file: core('work-item/judge-production.ts'),
    source: 'if (facts.safety?.allowProduction !== true)',
    replacement: 'if (facts.safety === undefined)',
    goesWrong: 'work reaches production although the Tenant does not allow it',
    tests: [core('work-item/judge-production.test.ts')],
  },
  {
    name: 'production-by-one-person',
    file: core('work-item/judge-production.ts'),
    source: 'first === undefined || raised <= count ? approvals',
    replacement: 'first === undefined || raised < 100 ? approvals',
    goesWrong: 'fewer people approve a rollout than the Tenant asks for',
    tests: [core('work-item/judge-production.test.ts')],
  },
  {
    name: 'silent-policies-allow',
    file: core('work-item/judge-transition.ts'),
    source: 'return `the policy ${policy} has not answered`;',
    replacement: 'return undefined;',
    goesWrong: 'a policy that has not answered lets a transition through',
    tests: [core('work-item/plan-lifecycle.test.ts')],
  },
  {
    name: 'actions-outlive-their-state',
    file: core('work-item/plan-lifecycle.ts'),
    source: 'fact.digest === digest ? transitionBy(run, place, fact) : undefined',
    replacement: 'transitionBy(run, place, fact)',
    goesWrong: 'an action counts that was taken on something else than what there is now',
    tests: [core('work-item/plan-lifecycle.test.ts')],
  },
  {
    name: 'requesters-approve-themselves',
    file: core('decision/may-decide.ts'),
    source: 'if (user !== requester) return undefined;',
    replacement: 'if (user !== requester || requester !== undefined) return undefined;',
    goesWrong: 'whoever asked for something approves it',
    tests: [core('decision/may-decide.test.ts')],
  },
  {
    name: 'decisions-with-more-in-them',
    file: core('decision/decision-value.ts'),
    source: 'if (formatDecisionValue(value) !== text)',
    replacement: 'if (text.length > 10_000)',
    goesWrong: 'a decision is read from a value that says another thing to somebody else',
    tests: [core('decision/decision-value.test.ts')],
  },
  {
    name: 'approvals-of-what-is-made-anew',
    file: core('work-item/gate-subject.ts'),
    source: 'return round > 1 && isComing(run, node, new Set());',
    replacement: 'return round > 10_000 && isComing(run, node, new Set());',
    goesWrong: 'people approve a result that is being replaced',
    tests: [core('work-item/gate-subject.test.ts')],
  },
  {
    name: 'parts-begin-without-leave',
    file: core('work-item/lifecycle-hold.ts'),
    source: ' ?? findMissingAround(run, lifecycle, place)',
    replacement: '',
    goesWrong: 'the parts of a rollout go on once its approvals are gone',
    tests: [core('work-item/gate-subject.test.ts')],
  },
  {
    name: 'replays-of-any-pipeline',
    file: core('work-item/replay-run.ts'),
    source: 'if (isSame) return undefined;',
    replacement: 'if (isSame || pipeline !== undefined) return undefined;',
    goesWrong: 'a run takes over results that another Pipeline has come to',
    tests: [core('work-item/replay-run.test.ts')],
  },
  {
    name: 'anybody-acts-for-the-assignee',
    file: core('decision/may-act.ts'),
    source: "if (assignee?.kind === 'user' && assignee.name === user) return undefined;",
    replacement: "if (assignee?.kind === 'user') return undefined;",
    goesWrong: 'an action counts, or is offered, of somebody who has not claimed the work',
    tests: [core('decision/may-act.test.ts')],
  },
];
