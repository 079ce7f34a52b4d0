import type { ActionMock, ExplainedActionMock } from '../../api/mocks.ts';
import type { WorkItemStatus } from '../../api/work-item-status.ts';
import { defined } from '../defined.ts';
import { systemRole } from '../lifecycle/definition.ts';
import type { ActionFact } from '../work-item/observed.ts';
import type { Mocks } from './mocks.ts';

type LifecycleStatus = NonNullable<WorkItemStatus['lifecycle']>;
type OpenAction = NonNullable<LifecycleStatus['actions']>[number];

/** An action that a person takes. */
export interface MockedAction extends Pick<ActionFact, 'action' | 'slot' | 'role' | 'user'> {
  readonly comment?: string;
  readonly durationSeconds: number;
}

/**
 * What a person does of what may be done now: the first of the mocked actions that is open, as often as its mock says; a
 * rejection that came again and again would send the work back for ever. `taken` says how often each was taken.
 */
export function mockedAction(
  mocks: Pick<Mocks, 'actions' | 'durationSeconds'>,
  lifecycle: LifecycleStatus,
  taken: ReadonlyMap<string, number>,
): MockedAction | undefined {
  for (const [name, mock] of mocks.actions) {
    const said = timesOf(mock)[taken.get(name) ?? 0];
    const open = lifecycle.actions?.find((action) => action.name === name);
    if (said === undefined || open === undefined) continue;
    const role = roleIn(open, said.role);
    if (role !== undefined) return taking(mocks, { action: name, role, user: actorOf(lifecycle, open, role) }, said);
  }
  return undefined;
}

function taking(
  mocks: Pick<Mocks, 'durationSeconds'>,
  { action, role, user }: Pick<ActionFact, 'action' | 'role' | 'user'>,
  { by = user, comment, durationSeconds = mocks.durationSeconds }: ExplainedActionMock,
): MockedAction {
  return { action, slot: `${action}.${role}`, role, user: by, durationSeconds, ...defined({ comment }) };
}

/** Whoever has claimed it, where only they may. */
function actorOf({ assignees }: LifecycleStatus, { assigneeOnly }: OpenAction, role: string): string {
  const assignee = assignees?.find((each) => each.role === role && each.kind === 'user');
  return assigneeOnly === true && assignee !== undefined ? assignee.name : 'dry-run';
}

function timesOf(mock: ActionMock): readonly ExplainedActionMock[] {
  return (Array.isArray(mock) ? mock : [mock]).map((each) => (each === 'done' ? {} : each));
}

/** The role that a person acts in: the one that the mock names, else the first that may. */
function roleIn({ roles }: OpenAction, wanted: string | undefined): string | undefined {
  const people = roles.filter((role) => role !== systemRole);
  return wanted === undefined ? people[0] : people.find((role) => role === wanted);
}
