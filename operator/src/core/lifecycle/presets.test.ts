import { describe, expect, it, test } from 'vitest';
import { type Lifecycle, lifecycle, lifecyclePresets } from '../../api/lifecycle.ts';
import { governedRoles } from '../../api/names.ts';
import { compileExpression } from '../expression/expression.ts';
import { without } from '../defined.ts';
import { type Definition, reachable, statesBetween, transitionOf } from './definition.ts';
import { definitionOf } from './definition-of.ts';
import { findDefinitionIssues } from './find-definition-issues.ts';

type Preset = NonNullable<Lifecycle['preset']>;

function presetOf(preset: Preset): Definition {
  const definition = definitionOf({ preset });
  if (definition === undefined) throw new Error(`there is no preset ${preset}`);
  return definition;
}

/** Who takes what to which state, from each state: `role action > State`. Everything else is refused. */
const tables: Record<Preset, Record<string, readonly string[]>> = {
  delivery: {
    Draft: ['planning submit > InProgress'],
    InProgress: ['implementation request_review > ReviewPending', 'planning cancel > Draft'],
    ReviewPending: ['review approve > Approved', 'review reject > InProgress', 'planning cancel > Draft'],
    Approved: ['deployment deploy > Deployed', 'planning cancel > Draft'],
    Deployed: ['deployment roll_back > Approved'],
  },
  task: {
    Todo: ['developer claim_task > Implementing', 'po discard_task > Done'],
    Implementing: [
      'developer commit_code > DevCompleted',
      'developer revise_code > DevCompleted',
      'po discard_task > Done',
    ],
    DevCompleted: ['system auto_route_to_architect > PendingArchReview', 'po discard_task > Done'],
    PendingArchReview: ['architect claim_review > ArchReviewing', 'po discard_task > Done'],
    ArchReviewing: [
      'architect approve_design > PendingQa',
      'architect reject_design > Implementing',
      'po discard_task > Done',
    ],
    PendingQa: ['qa claim_testing > QaTesting', 'po discard_task > Done'],
    QaTesting: ['qa approve_tests > PendingPoApproval', 'qa reject_tests > Implementing', 'po discard_task > Done'],
    PendingPoApproval: ['po approve_story > Done', 'po reject_story > Implementing', 'po discard_task > Done'],
    Done: [],
  },
  story: {
    Draft: ['po submit > PoReview'],
    PoReview: ['po approve_brief > ReadyForPlanning', 'po reject_brief > Draft'],
    ReadyForPlanning: ['planning plan > Planned'],
    Planned: ['po mark_ready > ReadyForExecution'],
    ReadyForExecution: ['system start > Executing'],
    Executing: ['developer submit_code > CodeReview'],
    CodeReview: ['architect approve_code > Testing', 'architect request_changes > Executing'],
    Testing: ['qa pass_tests > ReadyToReview', 'qa fail_tests > Executing'],
    ReadyToReview: ['po accept > Accepted', 'po carry_over > CarryOver'],
    Accepted: ['system close > Done'],
    CarryOver: ['po resume > ReadyForExecution'],
    Done: ['po archive > Archived'],
    Archived: [],
  },
};

describe.each(lifecyclePresets)('the lifecycle %s', (preset) => {
  const definition = presetOf(preset);
  const states = definition.states.map(({ name }) => name);
  const actions = [...new Set(definition.transitions.map(({ action }) => action))];

  it('has the states of its table', () => {
    expect(states.toSorted()).toEqual(Object.keys(tables[preset]).toSorted());
  });

  const cases = states.flatMap((state) => governedRoles.map((role) => [state, role] as const));
  test.each(cases)('in %s, %s may take what the table says, and no other action', (state, role) => {
    const taken = actions.flatMap((action) => {
      const transition = transitionOf(definition, { state, role, action });
      return transition === undefined ? [] : [`${role} ${action} > ${transition.to}`];
    });
    expect(taken).toEqual((tables[preset][state] ?? []).filter((entry) => entry.startsWith(`${role} `)));
  });

  it('could be written by a user, and has no mistakes', () => {
    const transitions = definition.transitions.map((each) => without(each, 'standsInFor', 'routedBy'));
    const written = lifecycle.safeParse({ definition: { ...definition, transitions } });
    expect(written.error?.issues).toBeUndefined();
    const own = written.data?.definition;
    const isKnownRole = (role: string) => (governedRoles as readonly string[]).includes(role);
    expect(own && findDefinitionIssues(own, { isKnownRole })).toEqual([]);
  });

  it('has conditions that can be read', () => {
    const texts = definition.transitions.flatMap(({ when, guards = [] }) => [
      when,
      ...guards.map((each) => each.expression),
    ]);
    for (const text of texts) if (text !== undefined) expect(compileExpression(text)).toHaveProperty('expression');
  });

  it('can come to an end from everywhere', () => {
    const ends = new Set(definition.states.filter(({ outcome }) => outcome !== undefined).map(({ name }) => name));
    for (const state of states) {
      const ahead = reachable(state, (each) =>
        definition.transitions.filter(({ from }) => from.includes(each)).map(({ to }) => to),
      );
      expect([...ahead].some((each) => ends.has(each))).toBe(true);
    }
  });
});

describe('work that is sent back', () => {
  const cases: [Preset, string, readonly string[]][] = [
    ['delivery', 'reject', ['InProgress', 'ReviewPending']],
    ['task', 'reject_design', ['Implementing', 'DevCompleted', 'PendingArchReview', 'ArchReviewing']],
    [
      'task',
      'reject_story',
      [
        ...['Implementing', 'DevCompleted', 'PendingArchReview', 'ArchReviewing'],
        ...['PendingQa', 'QaTesting', 'PendingPoApproval'],
      ],
    ],
    ['story', 'reject_brief', ['Draft', 'PoReview']],
    ['story', 'fail_tests', ['Executing', 'CodeReview', 'Testing']],
    ['story', 'carry_over', ['CarryOver', 'ReadyForExecution', 'Executing', 'CodeReview', 'Testing', 'ReadyToReview']],
  ];
  it.each(cases)('in %s by %s goes through %j again', (preset, action, expected) => {
    const definition = presetOf(preset);
    const sendingBack = definition.transitions.find((each) => each.action === action);
    const [from = '', back = ''] = [sendingBack?.from[0], sendingBack?.to];
    expect([...statesBetween(definition, { back, from })].toSorted()).toEqual(expected.toSorted());
  });

  it('to a state from which nothing leads forward goes through that one alone', () => {
    const definition: Definition = {
      ...{ initial: 'A', states: [{ name: 'A' }, { name: 'B' }] },
      transitions: [{ action: 'back', from: ['B'], to: 'A', roles: ['po'], rejects: true }],
    };
    expect([...statesBetween(definition, { back: 'A', from: 'B' })]).toEqual(['A']);
  });
});

describe('deploying', () => {
  it('is approved by two people, and allowed by two policies', () => {
    const deploy = presetOf('delivery').transitions.find(({ action }) => action === 'deploy');
    expect(deploy?.approvals?.reduce((sum, { count = 1 }) => sum + count, 0)).toBe(2);
    expect(deploy?.guards?.map(({ policy }) => policy)).toEqual([
      'conclave/delivery/deploy',
      'conclave/safety/production',
    ]);
  });
});
