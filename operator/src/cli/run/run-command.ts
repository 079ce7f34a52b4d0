import type { WorkItemSpec } from '../../api/work-item.ts';
import { addClusterOptions, type ClusterOptions, withAccount } from '../cluster/cluster-options.ts';
import { pipelines } from '../cluster/kinds.ts';
import type { CommandContext, CommandSetup } from '../command.ts';
import { type ObjectFormat, objectFormatOption } from '../output/object-format.ts';
import type { GivenInputs } from './read-run-inputs.ts';

interface RunOptions extends ClusterOptions, GivenInputs {
  readonly output: ObjectFormat;
  readonly name?: string;
  readonly priority?: string;
  readonly project?: string;
  readonly follow?: boolean;
}

const help = `
Makes a WorkItem that runs a Pipeline of the cluster. Inputs are checked first: what the Pipeline does not take is refused. With
--follow it goes on until the run has ended, or until nothing goes on because people have to decide.

Exit codes: 0 made, and with --follow: succeeded; 1 refused, failed or cancelled; 2 wrong usage or no cluster; 3 waiting for a
decision.

Examples:
  conclave run late-deliveries -i month=2026-10 --follow
  conclave run release --inputs inputs.yaml --name release-7`;

/** `conclave run`: a WorkItem that runs a Pipeline. */
export const runCommand: CommandSetup = (command, context) => {
  addClusterOptions(command.argument('<pipeline>', 'name of the Pipeline'))
    .option('-i, --input <name=value>', 'an input; may be repeated', collect)
    .option('--inputs <file>', 'inputs by name: a YAML or JSON file, - for standard input, or JSON as it stands')
    .option('--name <name>', 'name of the WorkItem; made from that of the Pipeline by default')
    .option('--priority <priority>', 'low, normal, high, critical, a name of the Tenant, or a number')
    .option('--project <project>', 'project that it belongs to')
    .option('--follow', 'go on until the run has ended')
    .addOption(objectFormatOption(['text', 'json', 'yaml', 'name']))
    .addHelpText('after', help)
    .action((name: string, options: RunOptions) => run(name, options, context));
};

const collect = (text: string, before: readonly string[] = []) => [...before, text];

async function run(pipelineName: string, options: RunOptions, context: CommandContext): Promise<void> {
  const [{ readRunInputs }, { checkRun }, { createWorkItem }] = await Promise.all([
    import('./read-run-inputs.ts'),
    import('./check-run.ts'),
    import('./create-work-item.ts'),
  ]);
  const { output, name, follow = false } = options;
  await withAccount(options, context, async (account) => {
    const namespace = options.namespace ?? account.namespace;
    const pipeline = await account.client.get(pipelines, { namespace, name: pipelineName });
    const inputs = await readRunInputs(options, pipeline.spec, context.terminal);
    checkRun(pipeline, inputs);
    const spec = { pipelineRef: { name: pipelineName }, ...(hasFields(inputs) && { inputs }), ...termsOf(options) };
    await createWorkItem(account, { namespace, name, prefix: pipelineName, spec }, { output, follow, context });
  });
}

const hasFields = (value: object) => Object.keys(value).length > 0;

function termsOf({ priority, project }: RunOptions): Pick<WorkItemSpec, 'priority' | 'project'> {
  const number = Number(priority);
  return {
    ...(priority !== undefined && { priority: Number.isInteger(number) && priority.trim() !== '' ? number : priority }),
    ...(project !== undefined && { project }),
  };
}
