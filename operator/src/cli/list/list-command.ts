import { Option } from 'commander';
import { workItemPhases } from '../../api/work-item-status.ts';
import {
  addNamespacesOptions,
  type NamespacesOptions,
  selectedNamespace,
  withAccount,
} from '../cluster/cluster-options.ts';
import { workItems } from '../cluster/kinds.ts';
import { listAll } from '../cluster/list-all.ts';
import type { CommandContext, CommandSetup } from '../command.ts';
import { type ObjectFormat, objectFormatOption } from '../output/object-format.ts';

interface ListOptions extends NamespacesOptions {
  readonly output: ObjectFormat;
  readonly phase?: string;
  readonly pipeline?: string;
  readonly selector?: string;
}

const help = `
Exit codes: 0 shown, 1 refused, 2 wrong usage or no cluster.

Examples:
  conclave list -A --phase Waiting
  conclave list --pipeline release -l conclave.dev/project=shop -o wide
  conclave list -o jsonpath='{range .items[*]}{.metadata.name}{"\\n"}{end}'`;

/** `conclave list`: WorkItems, and what each waits for. */
export const listCommand: CommandSetup = (command, context) => {
  addNamespacesOptions(command)
    .addOption(new Option('--phase <phase>', 'those in this phase').choices(workItemPhases))
    .option('--pipeline <name>', 'those that run this Pipeline')
    .option('-l, --selector <labels>', 'those with these labels, such as team=a,env!=test')
    .addOption(objectFormatOption())
    .addHelpText('after', help)
    .action((options: ListOptions) => list(options, context));
};

async function list(options: ListOptions, context: CommandContext): Promise<void> {
  const [{ writeObjects }, { renderObjectTable }, { workItemKind }] = await Promise.all([
    import('../output/write-values.ts'),
    import('../output/object-table.ts'),
    import('../../api/work-item.ts'),
  ]);
  const { output, allNamespaces: hasNamespaces = false } = options;
  await withAccount(options, context, async (account) => {
    const selection = { ...selectedNamespace(options, account), ...selectorsOf(options) };
    const found = await listAll(account.client, workItems, selection);
    const text = () => {
      if (found.length === 0) return 'there are no such WorkItems\n';
      return renderObjectTable(workItemKind, found, {
        isWide: output.kind === 'wide',
        hasNamespaces,
        nowMs: Date.now(),
      });
    };
    context.terminal.out(await writeObjects(found, output, text));
  });
}

/** The API server chooses: a namespace may have thousands that nobody asks for. */
function selectorsOf({ phase, pipeline, selector }: ListOptions) {
  const fields = [
    ...(phase === undefined ? [] : [`status.phase=${phase}`]),
    ...(pipeline === undefined ? [] : [`spec.pipelineRef.name=${pipeline}`]),
  ];
  return {
    ...(fields.length > 0 && { fieldSelector: fields.join(',') }),
    ...(selector !== undefined && { labelSelector: selector }),
  };
}
