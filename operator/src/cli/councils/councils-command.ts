import type { Council } from '../../api/council.ts';
import type { Account } from '../cluster/account.ts';
import {
  addNamespacesOptions,
  type NamespacesOptions,
  selectedNamespace,
  withAccount,
} from '../cluster/cluster-options.ts';
import { councils, workItems } from '../cluster/kinds.ts';
import { listAll } from '../cluster/list-all.ts';
import type { CommandContext, CommandSetup } from '../command.ts';
import { isForPeople, type ObjectFormat, objectFormatOption } from '../output/object-format.ts';
import type { RecentDeliberation } from './render-council.ts';

interface CouncilsOptions extends NamespacesOptions {
  readonly output: ObjectFormat;
}

const help = `
Without a name it lists Councils. With one it shows what the Council has done so far: deliberations and those without a winner, how
often its members agreed, each member's wins and scores, tokens and cost, and the last deliberations.

Exit codes: 0 shown, 1 refused, 2 wrong usage or no cluster.`;

/** `conclave councils`: Councils, and how their members have done. */
export const councilsCommand: CommandSetup = (command, context) => {
  addNamespacesOptions(command.argument('[council]', 'name of a Council, to see its members'))
    .addOption(objectFormatOption())
    .addHelpText('after', help)
    .action((name: string | undefined, options: CouncilsOptions) =>
      withAccount(options, context, (account) =>
        name === undefined
          ? showCouncils(options, { account, context })
          : showCouncil(name, options, { account, context }),
      ),
    );
};

interface Showing {
  readonly account: Account;
  readonly context: CommandContext;
}

async function showCouncils(options: CouncilsOptions, { account, context: { terminal } }: Showing): Promise<void> {
  const [{ writeObjects }, { renderObjectTable }, { councilKind }] = await Promise.all([
    import('../output/write-values.ts'),
    import('../output/object-table.ts'),
    import('../../api/council.ts'),
  ]);
  const { output, allNamespaces: hasNamespaces = false } = options;
  const found = await listAll(account.client, councils, selectedNamespace(options, account));
  const text = () =>
    found.length === 0
      ? 'there are no Councils\n'
      : renderObjectTable(councilKind, found, { isWide: output.kind === 'wide', hasNamespaces, nowMs: Date.now() });
  terminal.out(await writeObjects(found, output, text));
}

async function showCouncil(name: string, options: CouncilsOptions, { account, context }: Showing): Promise<void> {
  const [{ writeObject }, { renderCouncil }] = await Promise.all([
    import('../output/write-values.ts'),
    import('./render-council.ts'),
  ]);
  const { terminal } = context;
  const namespace = options.namespace ?? account.namespace;
  const council = await account.client.get(councils, { namespace, name });
  const recent = isForPeople(options.output) ? await recentOf(account, council, namespace) : [];
  const text = () => renderCouncil(council, recent, terminal.colours.out);
  terminal.out(await writeObject(council, options.output, text));
}

/** As many as a screen holds. */
const mostShown = 10;

/** Status knows WorkItems by their UIDs; those that are there still have names. */
async function recentOf(
  account: Account,
  { status }: Council,
  namespace: string,
): Promise<readonly RecentDeliberation[]> {
  const recent = (status?.recent ?? []).slice(-mostShown);
  if (recent.length === 0) return [];
  const names = new Map<string, string>();
  for (const { metadata } of await listAll(account.client, workItems, { namespace }).catch(noneWhenForbidden))
    names.set(metadata.uid ?? '', metadata.name);
  return recent.map(({ workItemUid, step, at, winner = 'none' }) => ({
    ...{ step, at, winner },
    workItem: names.get(workItemUid) ?? `${workItemUid} (gone)`,
  }));
}

function noneWhenForbidden(error: unknown): readonly never[] {
  if (error instanceof Error && error.name === 'Forbidden') return [];
  throw error;
}
