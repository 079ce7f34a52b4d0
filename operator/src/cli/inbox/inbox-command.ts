import { addNamespacesOptions, type NamespacesOptions, withPerson } from '../cluster/cluster-options.ts';
import type { CommandSetup } from '../command.ts';
import { type ObjectFormat, objectFormatOption } from '../output/object-format.ts';

interface InboxOptions extends NamespacesOptions {
  readonly output: ObjectFormat;
  readonly role?: string;
}

const help = `
Shows what the API server would let you decide: gates whose quorum is not met and that you have not decided at, and actions of
lifecycles, in the roles that you may assume.

Exit codes: 0 shown, 1 refused, 2 wrong usage or no cluster.`;

/** `conclave inbox`: what waits for a decision of whoever asks. */
export const inboxCommand: CommandSetup = (command, context) => {
  addNamespacesOptions(command)
    .option('--role <role>', 'only what is for this role')
    .addOption(objectFormatOption(['text', 'json', 'yaml']))
    .addHelpText('after', help)
    .action(async (options: InboxOptions) => {
      const [{ collectInbox }, { renderInbox }, { writeValue }] = await Promise.all([
        import('./collect-inbox.ts'),
        import('./render-inbox.ts'),
        import('../output/write-values.ts'),
      ]);
      const { allNamespaces = false, namespace: named, role, output } = options;
      await withPerson(options, context, async (person) => {
        const namespace = allNamespaces ? undefined : (named ?? person.namespace);
        const entries = await collectInbox(person, { namespace, role });
        const { terminal } = context;
        terminal.out(await writeValue(entries, output, () => renderInbox(entries, terminal.colours.out)));
      });
    });
};
