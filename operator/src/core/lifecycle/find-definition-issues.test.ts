import { expect, test } from 'vitest';
import type { LifecycleDefinition } from '../../api/lifecycle.ts';
import { findDefinitionIssues } from './find-definition-issues.ts';

type State = LifecycleDefinition['states'][number];
type Transition = LifecycleDefinition['transitions'][number];

const approvals: Transition['approvals'] = [{ role: 'safety', count: 1 }];
const way = (action: string, from: string, to: string, more: Partial<Transition> = {}): Transition => ({
  ...{ action, from: [from], to, roles: ['po'] },
  ...more,
});

const neverApproved: [string, readonly State[], readonly Transition[], readonly string[]][] = [
  ['out of a state without an outcome', [{ name: 'Live' }], [way('stop', 'Live', 'End', { approvals })], []],
  [
    'out of a state with an outcome',
    [{ name: 'Live', outcome: 'Live' }],
    [way('stop', 'Live', 'End', { approvals })],
    ['"stop" needs approvals in the state "Live"'],
  ],
  [
    'out of a state with an outcome, without approvals',
    [{ name: 'Live', outcome: 'Live' }],
    [way('stop', 'Live', 'End')],
    [],
  ],
  [
    'out of a state in which a way with an outcome ends',
    [{ name: 'Live' }],
    [
      way('stop', 'Live', 'End'),
      way('drop', 'Live', 'Begin', { outcome: 'Dropped' }),
      way('go', 'Begin', 'Live', { approvals }),
    ],
    ['"go" needs approvals in the state "Begin"'],
  ],
  [
    'into a state with an outcome',
    [{ name: 'Live' }],
    [way('stop', 'Live', 'End', { approvals, outcome: 'Stopped' })],
    [],
  ],
];

test.each(neverApproved)('approvals %s', (_, states, transitions, expected) => {
  const definition: LifecycleDefinition = {
    initial: 'Begin',
    states: [{ name: 'Begin' }, ...states, { name: 'End', terminal: true, outcome: 'Ended' }],
    transitions: [
      ...(transitions.some(({ from }) => from.includes('Begin')) ? [] : [way('start', 'Begin', 'Live')]),
      ...transitions,
    ],
  };
  const issues = findDefinitionIssues(definition, { isKnownRole: () => true });
  expect(issues.map(({ code }) => code)).toEqual(expected.map(() => 'NeverApproved'));
  expect(issues.map(({ message }) => message.split(', where')[0])).toEqual(expected);
});
