import { InvalidArgumentError } from 'commander';
import { addClusterOptions, type ClusterOptions, withAccount } from '../cluster/cluster-options.ts';
import { workItems } from '../cluster/kinds.ts';
import type { CommandSetup } from '../command.ts';

interface LogsOptions extends ClusterOptions {
  readonly follow?: boolean;
  readonly attempt?: number;
  readonly container?: string;
  readonly tail?: number;
  readonly since?: number;
  readonly timestamps?: boolean;
}

const help = `
Shows the logs of the Pods of a run, or of one step of it: of the containers that do the work, and of those beside them that failed.
Where there are several, each line begins with the step, the attempt and the container. Once the Pods are gone (an hour after they
end, by default) it shows what is left: how each attempt ended, and the digests of results and transcripts.

Exit codes: 0 shown, 1 refused, 2 wrong usage or no cluster.`;

/** `conclave logs`: what the Pods of a run write. */
export const logsCommand: CommandSetup = (command, context) => {
  addClusterOptions(
    command
      .argument('<work-item>', 'name of the WorkItem')
      .argument('[step]', 'path of a step, such as each[3].sum, or its name for all iterations'),
  )
    .option('-f, --follow', 'go on until the run has ended')
    .option('--attempt <number>', 'this attempt alone', parseCount)
    .option('-c, --container <name>', 'this container, whatever it does')
    .option('--tail <lines>', 'the last lines alone', parseCount)
    .option('--since <seconds>', 'what was written in the last seconds', parseCount)
    .option('--timestamps', 'begin each line with when it was written')
    .addHelpText('after', help)
    .action(async (name: string, step: string | undefined, options: LogsOptions) => {
      const { showLogs } = await import('./show-logs.ts');
      const { follow = false, attempt, container, tail, since, timestamps, namespace } = options;
      await withAccount(options, context, async (account) => {
        const workItem = await account.client.get(workItems, { namespace: namespace ?? account.namespace, name });
        const selection = { step, attempt, container };
        const request = { selection, follow, tailLines: tail, sinceSeconds: since, timestamps };
        await showLogs(workItem, request, { account, terminal: context.terminal });
      });
    });
};

function parseCount(text: string): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(number)) throw new InvalidArgumentError('It is a whole number.');
  return number;
}
