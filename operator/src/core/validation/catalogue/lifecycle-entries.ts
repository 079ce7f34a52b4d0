import { anything } from './flow-entries.ts';
import { type IssueEntry, pipelineText } from './issue-entry.ts';

const error = { level: 3, severities: ['error'] } as const;
const warning = { level: 3, severities: ['warning'] } as const;

const open = (name: string) => `{name: ${name}}`;
const ended = (name: string) => `{name: ${name}, terminal: true}`;
const finish = '{action: finish, from: [Draft], to: Done, roles: [po]}';

/** Codes of issues of lifecycles that a Pipeline brings itself. */
export const lifecycleEntries: readonly IssueEntry[] = [
  {
    ...error,
    code: 'UnreachableState',
    meaning: 'Nothing leads to a state of a lifecycle from the one it begins in.',
    remedy: 'Add a transition to it, or leave it out.',
    example: { text: withLifecycle([open('Draft'), ended('Done'), ended('Lost')], [finish]) },
  },
  {
    ...error,
    code: 'DeadEndState',
    meaning:
      'Nothing leads out of a state of a lifecycle, and it is not said to be terminal: a WorkItem would stay in it.',
    remedy: 'Say `terminal: true`, or add a transition out of it.',
    example: { text: withLifecycle([open('Draft'), open('Done')], [finish]) },
  },
  {
    ...error,
    code: 'TerminalStateLeft',
    meaning: 'A transition leads out of a state that is terminal.',
    remedy: 'Leave the state out of `from`, or do not say that it is terminal.',
    example: {
      text: withLifecycle(
        [open('Draft'), ended('Done')],
        [finish, '{action: redo, from: [Done], to: Draft, roles: [po]}'],
      ),
    },
  },
  {
    ...error,
    code: 'AmbiguousAction',
    meaning: 'Two transitions out of one state have the same action: nobody can tell which is meant.',
    remedy: 'Give each an action of its own.',
    example: {
      text: withLifecycle(
        [open('Draft'), ended('Done'), ended('Dropped')],
        [finish, '{action: finish, from: [Draft], to: Dropped, roles: [po]}'],
      ),
    },
  },
  {
    ...error,
    code: 'ProductionNotApproved',
    meaning: 'A transition leads into a state that is production, and nobody has to approve it.',
    remedy: 'Say in `approvals` who must approve it.',
    example: { text: withLifecycle([open('Draft'), '{name: Done, terminal: true, production: true}'], [finish]) },
  },
  {
    ...error,
    code: 'NeverApproved',
    meaning:
      'A transition that needs approvals leads out of a state in which a run ends, because it has come to an outcome: nobody is asked there.',
    remedy: 'Lead without `approvals` to a state that has no outcome, and ask for them on the way out of that.',
    example: {
      text: withLifecycle(
        [open('Draft'), '{name: Live, outcome: Shipped}', ended('Gone')],
        [
          '{action: finish, from: [Draft], to: Live, roles: [po]}',
          '{action: remove, from: [Live], to: Gone, roles: [po], approvals: [{role: safety}]}',
        ],
      ),
    },
  },
  {
    ...error,
    code: 'NeverTaken',
    meaning: 'A transition has a `when`, by which the operator would take it, and the role `system` may not.',
    remedy: 'Add `system` to its roles, or make the condition a guard.',
    example: {
      text: withLifecycle(
        [open('Draft'), ended('Done')],
        [`{action: finish, from: [Draft], to: Done, roles: [po], when: 'steps.work.phase == "Succeeded"'}`],
      ),
    },
  },
  {
    ...warning,
    code: 'UnknownRole',
    meaning: 'A transition is for a role that Conclave does not know and that no AgentRole has.',
    remedy: 'Correct the name. It may stay where people have the role: only who may `assume` it can take the action.',
    example: {
      text: withLifecycle(
        [open('Draft'), ended('Done')],
        ['{action: finish, from: [Draft], to: Done, roles: [develper]}'],
      ),
    },
  },
];

/** A Pipeline with a lifecycle of its own. */
function withLifecycle(states: readonly string[], transitions: readonly string[]): string {
  const list = (items: readonly string[]) => items.map((item) => `      - ${item}\n`).join('');
  return pipelineText(
    `lifecycle:\n  definition:\n    initial: Draft\n    states:\n${list(states)}    transitions:\n${list(transitions)}steps:\n${anything('work')}`,
  );
}
