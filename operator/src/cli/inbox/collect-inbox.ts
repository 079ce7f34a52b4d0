import type { WorkItem } from '../../api/work-item.ts';
import { type Asked, findAsked } from '../../core/decision/find-asked.ts';
import type { Person } from '../cluster/person.ts';

/** One thing that waits for the person who asks. */
export interface InboxEntry extends Asked {
  readonly namespace: string;
  readonly workItem: string;
}

/** Where to look, everywhere and for every role by default. */
export interface InboxSelection {
  readonly namespace?: string | undefined;
  readonly role?: string | undefined;
}

/** What a person may decide now, the oldest first. @throws what the API server objects to */
export async function collectInbox(
  person: Person,
  { namespace, role }: InboxSelection,
): Promise<readonly InboxEntry[]> {
  const user = await person.user();
  const found: InboxEntry[] = [];
  for await (const workItem of person.list(namespace))
    found.push(...(await entriesOf(person, workItem, { user, role })));
  return found.sort((one, other) => Date.parse(one.since) - Date.parse(other.since));
}

/** What a person may decide on one WorkItem now. */
export async function entriesOf(
  person: Person,
  workItem: WorkItem,
  { user, role }: { readonly user: string; readonly role: string | undefined },
): Promise<readonly InboxEntry[]> {
  const { namespace = '', name: workItemName } = workItem.metadata;
  const asked = findAsked(workItem, user).filter((each) => role === undefined || each.role === role);
  const isMine = await Promise.all(asked.map((each) => mayDecide(person, namespace, each)));
  return asked.filter((_, index) => isMine[index]).map((each) => ({ namespace, workItem: workItemName, ...each }));
}

/** As the admission policy asks: kubectl cannot, since these are no resources that the API server lists. */
async function mayDecide(person: Person, namespace: string, { kind, name, role }: Asked): Promise<boolean> {
  const own =
    kind === 'approval' ? { verb: 'approve', resource: 'gates', name } : { verb: 'perform', resource: 'actions', name };
  const rights = [
    { namespace, ...own },
    { namespace, verb: 'assume', resource: 'roles', name: role },
  ];
  return (await Promise.all(rights.map((right) => person.may(right)))).every(Boolean);
}
