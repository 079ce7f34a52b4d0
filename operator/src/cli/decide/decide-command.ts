import { Option } from 'commander';
import type { DecisionRequest } from '../../core/decision/make-decision.ts';
import { addClusterOptions, type ClusterOptions, withPerson } from '../cluster/cluster-options.ts';
import type { CommandContext, CommandSetup } from '../command.ts';
import { type ObjectFormat, objectFormatOption } from '../output/object-format.ts';
import { printable } from '../paint.ts';

interface DecideOptions extends ClusterOptions {
  readonly output: ObjectFormat;
  readonly role?: string;
  readonly digest?: string;
  readonly message?: string;
}

const help = `
What you decide on is the digest that the WorkItem asks about: its first eight digits stand in \`conclave inbox\` and in
status.waitingFor. Give them with --digest; for production you have to. What has changed since you looked is then refused.

Exit codes: 0 decided, 1 refused, 2 wrong usage or no cluster.`;

/** `conclave approve`: a decision at a gate. */
export const approveCommand: CommandSetup = atGate('approved', 'conclave approve ticket-7 release --digest 3fa9c1d2');

/** `conclave reject`: the same, with why. */
export const rejectCommand: CommandSetup = atGate('rejected', "conclave reject ticket-7 -m 'the tests are missing'");

function atGate(decision: 'approved' | 'rejected', example: string): CommandSetup {
  return (command, context) => {
    const named = command
      .argument('<work-item>', 'name of the WorkItem')
      .argument('[gate]', 'which gate, when several are open');
    addDecisionOptions(named, example).action((name: string, gate: string | undefined, options: DecideOptions) =>
      run({ kind: 'approval', decision, name: gate }, name, { options, context }),
    );
  };
}

/** `conclave act`: an action of the lifecycle. */
export const actCommand: CommandSetup = (command, context) => {
  const named = command.argument('<work-item>', 'name of the WorkItem').argument('<action>', 'such as claim_task');
  addDecisionOptions(named, "conclave act ticket-7 claim_task --role developer -m 'mine'").action(
    (name: string, action: string, options: DecideOptions) =>
      run({ kind: 'action', decision: 'done', name: action }, name, { options, context }),
  );
};

function addDecisionOptions(command: Parameters<CommandSetup>[0], example: string) {
  return addClusterOptions(command)
    .option('--role <role>', 'the role that you act in, when several are asked')
    .option('--digest <digits>', 'the first eight or more digits of the digest that you were shown')
    .addOption(new Option('-m, --message <comment>', 'what you say'))
    .addOption(objectFormatOption(['text', 'json', 'yaml']))
    .addHelpText('after', `${help}\n\nExample:\n  ${example}`);
}

async function run(
  request: Pick<DecisionRequest, 'kind' | 'decision' | 'name'>,
  name: string,
  { options, context }: { readonly options: DecideOptions; readonly context: CommandContext },
): Promise<void> {
  const [{ decide, describeDecided }, { writeValue }] = await Promise.all([
    import('./decide.ts'),
    import('../output/write-values.ts'),
  ]);
  const { role, digest: shown, message: comment, namespace, output } = options;
  await withPerson(options, context, async (person) => {
    const decided = await decide(person, { namespace, name }, { ...request, role, shown, comment });
    const text = () => `${printable(describeDecided(decided).trimEnd())}\n`;
    context.terminal.out(await writeValue(decided, output, text));
  });
}
