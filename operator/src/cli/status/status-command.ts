import { addClusterOptions, type ClusterOptions, withAccount } from '../cluster/cluster-options.ts';
import { workItems } from '../cluster/kinds.ts';
import type { CommandContext, CommandSetup } from '../command.ts';
import { type ObjectFormat, objectFormatOption } from '../output/object-format.ts';

interface StatusOptions extends ClusterOptions {
  readonly output: ObjectFormat;
  readonly watch?: boolean;
}

const help = `
Shows where a WorkItem stands: its phase, what it waits for and since when, its gates and who may decide at them, the state of its
lifecycle, and its steps as a tree. Steps that have not begun are shown where the pipeline may be read.

With --watch it goes on until the run has ended: on a terminal it is drawn again in the same place, elsewhere each change is a line.

Exit codes: 0 shown, 1 refused, 2 wrong usage or no cluster. With --watch: 0 the run succeeded, 1 it failed or was cancelled.`;

/** `conclave status`: where a WorkItem stands. */
export const statusCommand: CommandSetup = (command, context) => {
  addClusterOptions(command.argument('<work-item>', 'name of the WorkItem'))
    .option('-w, --watch', 'go on until the run has ended')
    .addOption(objectFormatOption(['text', 'json', 'yaml', 'name']))
    .addHelpText('after', help)
    .action((name: string, options: StatusOptions) => showStatus(name, options, context));
};

async function showStatus(name: string, options: StatusOptions, context: CommandContext): Promise<void> {
  const [{ StatusViews }, { followWorkItem }, { writeObject }] = await Promise.all([
    import('./view-status.ts'),
    import('../follow/follow-work-item.ts'),
    import('../output/write-values.ts'),
  ]);
  const { terminal, finish } = context;
  await withAccount(options, context, async (account) => {
    const reference = { namespace: options.namespace ?? account.namespace, name };
    const workItem = await account.client.get(workItems, reference);
    const views = new StatusViews(account, terminal.colours.out);
    const render = views.render.bind(views);
    if (options.watch === true && options.output.kind === 'text') {
      finish(await followWorkItem(reference, { account, terminal, render, endsAtDecisions: false }));
      return;
    }
    const text = options.output.kind === 'text' ? await render(workItem) : '';
    terminal.out(await writeObject(workItem, options.output, () => text));
  });
}
