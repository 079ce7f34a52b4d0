import { expect, test } from 'vitest';
import type { WorkItemStatus } from '../../api/work-item-status.ts';
import { whyNotTaken, whyOvertaken } from './may-act.ts';

const at = '2026-01-05T08:00:00.000Z';
const digest = `sha256:${'1'.repeat(64)}`;
const earlier = `sha256:${'2'.repeat(64)}`;

const lifecycle: NonNullable<WorkItemStatus['lifecycle']> = {
  ...{ state: 'Implementing', since: at, round: 0, digest },
  actions: [
    { name: 'commit_code', roles: ['developer', 'devops'], assigneeOnly: true },
    { name: 'discard_task', roles: ['po'] },
  ],
  assignees: [
    { role: 'developer', kind: 'user', name: 'dan' },
    { role: 'qa', kind: 'role', name: 'qa' },
  ],
};

test.each([
  ['dan', 'developer', 'commit_code', undefined],
  [
    ...['eve', 'developer', 'commit_code'],
    'only whoever has claimed it in the role developer can take the action commit_code, and dan has',
  ],
  [
    ...['dan', 'devops', 'commit_code'],
    'only whoever has claimed it in the role devops can take the action commit_code, and nobody has',
  ],
  ['eve', 'po', 'discard_task', undefined],
  ['eve', 'qa', 'discard_task', 'the role qa cannot take the action discard_task in the state Implementing'],
  ['eve', 'po', 'approve_story', 'the role po cannot take the action approve_story in the state Implementing'],
] as const)('%s as %s, and the action %s: %s', (user, role, action, why) => {
  expect(whyNotTaken(lifecycle, { user, role, action })).toBe(why);
});

test('an agent that has claimed it does not share it with a person of its name', () => {
  const assignees = [{ role: 'developer', kind: 'role' as const, name: 'dan' }];
  const acting = { user: 'dan', role: 'developer', action: 'commit_code' };
  expect(whyNotTaken({ ...lifecycle, assignees }, acting)).toContain('and dan has');
});

const taken = (more: object = {}) => ({
  ...{ sequence: 1, event: 'planning.story.transitioned', action: 'commit_code', digest: earlier, at },
  ...{ actor: { kind: 'user' as const, name: 'dan', role: 'developer' }, ...more },
});

const overtaken = 'the action commit_code was on 22222222, and that has changed before it could be taken: ';

test.each<[string, Pick<WorkItemStatus, 'lifecycle' | 'transitions'>, string | undefined]>([
  ['is on what there is now', { lifecycle: { ...lifecycle, digest: earlier } }, undefined],
  ['was taken', { lifecycle, transitions: [taken()] }, undefined],
  ['came too late', { lifecycle }, `${overtaken}it is in the state Implementing now, and actions are on 11111111`],
  [
    'came when all was over',
    { lifecycle: { state: 'Done', since: at, round: 0 }, transitions: [taken({ digest })] },
    `${overtaken}it is in the state Done now`,
  ],
  ['is on nothing that there ever was', {}, `${overtaken}it is in no lifecycle`],
  ['somebody else has taken', { lifecycle, transitions: [taken({ actor: { kind: 'user', name: 'eve' } })] }, overtaken],
  [
    'an agent of that name has taken',
    { lifecycle, transitions: [taken({ actor: { kind: 'role', name: 'dan' } })] },
    overtaken,
  ],
  ['was taken, but as another one', { lifecycle, transitions: [taken({ action: 'claim_task' })] }, overtaken],
])('an action that %s', (_, status, why) => {
  const found = whyOvertaken(status, { action: 'commit_code', role: 'developer', user: 'dan', digest: earlier });
  expect(found?.slice(0, why?.length)).toBe(why);
});
