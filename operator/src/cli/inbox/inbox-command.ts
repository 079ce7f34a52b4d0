import { addClusterOptions, type ClusterOptions, withPerson } from '../cluster/cluster-options.ts';
import type { CommandSetup } from '../command.ts';
import { outputOption } from '../output-option.ts';

interface InboxOptions extends ClusterOptions {
  readonly output: 'text' | 'json';
  readonly allNamespaces?: boolean;
  readonly role?: string;
}

const help = `
Shows what the API server would let you decide: gates whose quorum is not met and that you have not decided at, and actions of
lifecycles, in the roles that you may assume.

Exit codes: 0 shown, 1 refused, 2 wrong usage or no cluster.`;

/** `conclave inbox`: what waits for a decision of whoever asks. */
export const inboxCommand: CommandSetup = (command, context) => {
  addClusterOptions(command)
    .option('-A, --all-namespaces', 'in all namespaces')
    .option('--role <role>', 'only what is for this role')
    .addOption(outputOption(['text', 'json']))
    .addHelpText('after', help)
    .action(async (options: InboxOptions) => {
      const [{ collectInbox }, { renderInbox }] = await Promise.all([
        import('./collect-inbox.ts'),
        import('./render-inbox.ts'),
      ]);
      const { allNamespaces = false, namespace: named, role, output } = options;
      await withPerson(options, context, async (person) => {
        const namespace = allNamespaces ? undefined : (named ?? person.namespace);
        const entries = await collectInbox(person, { namespace, role });
        const { terminal } = context;
        const text =
          output === 'json' ? `${JSON.stringify(entries, undefined, 2)}\n` : renderInbox(entries, terminal.colours.out);
        terminal.out(text);
      });
    });
};
