import { Option } from 'commander';
import { addClusterOptions, type ClusterOptions, withPerson } from '../cluster/cluster-options.ts';
import type { CommandSetup } from '../command.ts';
import { outputOption } from '../output-option.ts';

interface ShowOptions extends ClusterOptions {
  readonly output: 'text' | 'json';
  /** `true` for all that are open. */
  readonly gate: string | true;
}

const help = `
Prints who is asked, what they are asked to approve, and what is new in it since the round before. Text of models and users
is shown as it is; what could steer the terminal is escaped.

Exit codes: 0 shown, 1 there is no such gate, 2 wrong usage or no cluster.

Example:
  conclave show ticket-7 --gate release`;

/** `conclave show`: what waits for approval, before somebody decides. */
export const showCommand: CommandSetup = (command, context) => {
  addClusterOptions(command.argument('<work-item>', 'name of the WorkItem'))
    .addOption(new Option('--gate [name]', 'which gate').default(true, 'all that are open'))
    .addOption(outputOption(['text', 'json']))
    .addHelpText('after', help)
    .action(async (name: string, { gate, namespace, output, ...cluster }: ShowOptions) => {
      const [{ findGates }, { renderGate }] = await Promise.all([
        import('./find-gates.ts'),
        import('./render-gate.ts'),
      ]);
      await withPerson(cluster, context, async (person) => {
        const workItem = await person.get(namespace ?? person.namespace, name);
        const views = findGates(workItem, gate === true ? undefined : gate);
        const { terminal } = context;
        const text = () => views.map((view) => renderGate(view, terminal.colours.out)).join('\n');
        terminal.out(output === 'json' ? `${JSON.stringify(views, undefined, 2)}\n` : text());
      });
    });
};
