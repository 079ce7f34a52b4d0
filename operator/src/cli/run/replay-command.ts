import { without } from '../../core/defined.ts';
import type { Account } from '../cluster/account.ts';
import { addClusterOptions, type ClusterOptions, withAccount } from '../cluster/cluster-options.ts';
import { workItems } from '../cluster/kinds.ts';
import type { CommandContext, CommandSetup } from '../command.ts';
import { Failure } from '../failure.ts';
import { type ObjectFormat, objectFormatOption } from '../output/object-format.ts';

interface ReplayOptions extends ClusterOptions {
  readonly output: ObjectFormat;
  readonly from?: string;
  readonly name?: string;
  readonly follow?: boolean;
}

const help = `
Makes a new WorkItem that takes over the results of one that has ended, and runs again from a step: from the one that failed first,
unless --from names another. What does not build on that step is not done again. People are asked anew.

Exit codes: 0 made, and with --follow: succeeded; 1 refused, failed or cancelled; 2 wrong usage or no cluster; 3 waiting for a
decision.`;

/** `conclave replay`: a run again, from a step. */
export const replayCommand: CommandSetup = (command, context) => {
  addClusterOptions(command.argument('<work-item>', 'name of the WorkItem that is replayed'))
    .option('--from <step>', 'the first step that runs again; the one that failed first by default')
    .option('--name <name>', 'name of the new WorkItem; made from that of the old one by default')
    .option('--follow', 'go on until the run has ended')
    .addOption(objectFormatOption(['text', 'json', 'yaml', 'name']))
    .addHelpText('after', help)
    .action((name: string, options: ReplayOptions) =>
      withAccount(options, context, (account) => replay(name, options, { account, context })),
    );
};

async function replay(
  name: string,
  { from, name: newName, follow = false, output, ...options }: ReplayOptions,
  { account, context }: { readonly account: Account; readonly context: CommandContext },
): Promise<void> {
  const [{ planReplay }, { createWorkItem }, { StepSource }] = await Promise.all([
    import('./plan-replay.ts'),
    import('./create-work-item.ts'),
    import('../status/load-steps.ts'),
  ]);
  const namespace = options.namespace ?? account.namespace;
  const workItem = await account.client.get(workItems, { namespace, name });
  // It is the pipeline as it is now that runs again, not the one that the old run was pinned to.
  const steps = await new StepSource(account).stepsOf(without(workItem, 'status'), new Date());
  const planned = planReplay(workItem, from, steps && [...steps.graph.byName.keys()]);
  if ('refusal' in planned) throw new Failure(planned.refusal);
  const { labels } = workItem.metadata;
  const made = { namespace, name: newName, prefix: `${name}-replay`, labels, spec: planned.spec };
  await createWorkItem(account, made, { output, follow, context });
}
