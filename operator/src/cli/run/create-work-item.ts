import type { WorkItem, WorkItemSpec } from '../../api/work-item.ts';
import { apiVersion } from '../../api/api-version.ts';
import type { Account } from '../cluster/account.ts';
import { workItems } from '../cluster/kinds.ts';
import type { CommandContext } from '../command.ts';
import { type ObjectFormat } from '../output/object-format.ts';
import { writeObject } from '../output/write-values.ts';
import { printable } from '../paint.ts';

/** A WorkItem that is to be made. */
export interface NewWorkItem {
  readonly namespace: string;
  /** Its name; without one the API server makes one. */
  readonly name: string | undefined;
  /** What a name that the API server makes begins with. */
  readonly prefix: string;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly spec: WorkItemSpec;
}

/** What is done with it afterwards. */
export interface AfterCreation {
  readonly output: ObjectFormat;
  readonly follow?: boolean;
  readonly context: CommandContext;
}

/** A prefix that leaves room for what the API server adds, within what a name may have. */
const longestPrefix = 50;

/** Makes a WorkItem, and follows it where that is wanted. A field that the API server does not know is an error. */
export async function createWorkItem(account: Account, made: NewWorkItem, after: AfterCreation): Promise<void> {
  const { namespace, name, prefix, labels, spec } = made;
  const named = name === undefined ? { generateName: `${startOfName(prefix)}-` } : { name };
  const metadata = { ...named, namespace, ...(labels !== undefined && { labels }) };
  const workItem = { apiVersion, kind: 'WorkItem', metadata, spec } as unknown as WorkItem;
  const created = await account.client.create(workItems, workItem, { fieldValidation: 'Strict' });
  const { terminal } = after.context;
  const text = () => `${printable(`${namespace}/${created.metadata.name} was made`)}\n`;
  terminal.out(await writeObject(created, after.output, text));
  if (after.follow === true) await follow(account, created, after.context);
}

const startOfName = (prefix: string) => prefix.slice(0, longestPrefix).replace(/[^a-z0-9]+$/, '');

async function follow(account: Account, { metadata }: WorkItem, { terminal, finish }: CommandContext): Promise<void> {
  const [{ followWorkItem }, { StatusViews }] = await Promise.all([
    import('../follow/follow-work-item.ts'),
    import('../status/view-status.ts'),
  ]);
  const views = new StatusViews(account, terminal.colours.out);
  const reference = { namespace: metadata.namespace ?? account.namespace, name: metadata.name };
  const render = views.render.bind(views);
  finish(await followWorkItem(reference, { account, terminal, render, endsAtDecisions: true }));
}
