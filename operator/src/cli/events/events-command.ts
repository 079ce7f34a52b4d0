import type { WorkItem } from '../../api/work-item.ts';
import type { Account } from '../cluster/account.ts';
import { addClusterOptions, type ClusterOptions, withAccount } from '../cluster/cluster-options.ts';
import { workItems } from '../cluster/kinds.ts';
import type { CommandContext, CommandSetup } from '../command.ts';
import { isForPeople, type ObjectFormat, objectFormatOption } from '../output/object-format.ts';
import { paint, printable } from '../paint.ts';
import type { Terminal } from '../terminal.ts';
import type { WorkItemHappening } from './collect-happenings.ts';

interface EventsOptions extends ClusterOptions {
  readonly output: ObjectFormat;
  readonly watch?: boolean;
}

const help = `
Shows what happened to a WorkItem, the oldest first: what the run has recorded (the last fifty transitions, with who made them), and
the Events of the cluster, which are gone after an hour by default.

Exit codes: 0 shown, 1 refused, 2 wrong usage or no cluster.`;

/** `conclave events`: what happened to a WorkItem. */
export const eventsCommand: CommandSetup = (command, context) => {
  addClusterOptions(command.argument('<work-item>', 'name of the WorkItem'))
    .option('-w, --watch', 'go on until the run has ended')
    .addOption(objectFormatOption(['text', 'json', 'yaml']))
    .addHelpText('after', help)
    .action((name: string, options: EventsOptions) => showEvents(name, options, context));
};

async function showEvents(name: string, options: EventsOptions, context: CommandContext): Promise<void> {
  const [{ collectHappenings }, { writeValue }] = await Promise.all([
    import('./collect-happenings.ts'),
    import('../output/write-values.ts'),
  ]);
  const { terminal } = context;
  await withAccount(options, context, async (account) => {
    const workItem = await account.client.get(workItems, { namespace: options.namespace ?? account.namespace, name });
    const { happenings, withoutEvents } = await collectHappenings(account, workItem);
    if (withoutEvents !== undefined) terminal.err(`${paint('note', 'note', terminal.colours.err)}: ${withoutEvents}\n`);
    const text = () =>
      happenings.length === 0
        ? 'nothing has been told of it yet\n'
        : happenings.map((happening) => renderHappening(happening, terminal)).join('');
    terminal.out(await writeValue(happenings, options.output, text));
    if (options.watch === true && isForPeople(options.output)) await watch(workItem, happenings, { account, terminal });
  });
}

function renderHappening({ at, type, reason, message, count }: WorkItemHappening, { colours }: Terminal): string {
  const word = type === 'Warning' ? paint('warning', type, colours.out) : type;
  const often = count > 1 ? ` (${count} times)` : '';
  return `${at.slice(0, 19)}Z  ${word}${' '.repeat(9 - type.length)}${printable(`${reason}  ${message}`)}${often}\n`;
}

/** Where happenings are told while they come. */
interface Watching {
  readonly account: Account;
  readonly terminal: Terminal;
}

/** Tells of each once, and once more when it happens again. */
async function watch(
  workItem: WorkItem,
  told: readonly WorkItemHappening[],
  { account, terminal }: Watching,
): Promise<void> {
  const { collectHappenings } = await import('./collect-happenings.ts');
  const keyOf = (happening: WorkItemHappening) => JSON.stringify(happening);
  const known = new Set(told.map(keyOf));
  const { namespace = '', name } = workItem.metadata;
  const tellNew = async (current: WorkItem): Promise<void> => {
    for (const happening of (await collectHappenings(account, current)).happenings) {
      if (!known.has(keyOf(happening))) terminal.out(renderHappening(happening, terminal));
      known.add(keyOf(happening));
    }
  };
  for await (const [current] of account.follow(workItems, { namespace, fieldSelector: `metadata.name=${name}` })) {
    if (current === undefined) return;
    await tellNew(current);
    if (current.status?.finishedAt !== undefined) return;
  }
}
