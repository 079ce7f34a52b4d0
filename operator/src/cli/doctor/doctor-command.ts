import {
  addNamespacesOptions,
  type NamespacesOptions,
  selectedNamespace,
  withAccount,
} from '../cluster/cluster-options.ts';
import type { CommandContext, CommandSetup } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { type ObjectFormat, objectFormatOption } from '../output/object-format.ts';
import { paint, printable } from '../paint.ts';
import type { Finding, FindingResult } from './finding.ts';

interface DoctorOptions extends NamespacesOptions {
  readonly output: ObjectFormat;
  readonly systemNamespace: string;
}

const help = `
Looks at the installation, and says what is wrong and what to do: the version of Kubernetes, the CRDs and policies against those that
this program is shipped with, the rights of the operator, the operator and the server themselves, Models and GPUs, and your own
rights. What you may not read is unknown, which is no failure; somebody who runs the cluster sees it all.

Exit codes: 0 nothing failed, 1 something did, 2 wrong usage or no cluster.`;

/** `conclave doctor`: what is wrong with the installation. */
export const doctorCommand: CommandSetup = (command, context) => {
  addNamespacesOptions(command)
    .option('--system-namespace <name>', 'where the operator is', 'conclave-system')
    .addOption(objectFormatOption(['text', 'json', 'yaml']))
    .addHelpText('after', help)
    .action((options: DoctorOptions) => examineCluster(options, context));
};

async function examineCluster(options: DoctorOptions, context: CommandContext): Promise<void> {
  const [{ readShipped }, { examine }, { writeValue }] = await Promise.all([
    import('./read-shipped.ts'),
    import('./examine.ts'),
    import('../output/write-values.ts'),
  ]);
  const { systemNamespace, output } = options;
  const shipped = await readShipped(context.folder);
  await withAccount(options, context, async (account) => {
    const { namespace } = selectedNamespace(options, account);
    const findings = await examine({ account, shipped, systemNamespace, namespace, nowMs: Date.now() });
    const failed = findings.filter(({ result }) => result === 'failed').length;
    const report = { healthy: failed === 0, findings };
    const { terminal, finish } = context;
    const text = () =>
      [...findings.map((finding) => renderFinding(finding, terminal.colours.out)), verdict(failed)].join('');
    terminal.out(await writeValue(report, output, text));
    if (failed > 0) finish(exitCodes.invalid);
  });
}

const styles = { ok: 'dim', warning: 'warning', failed: 'error', unknown: 'note' } as const;
const width = Math.max(...Object.keys(styles).map((word) => word.length));

function renderFinding({ check, result, message, hint }: Finding, inColour: boolean): string {
  const word = `${paint(styles[result], result, inColour)}${padding(result)}`;
  const what = hint === undefined ? '' : `${' '.repeat(width + 2)}hint: ${printable(hint)}\n`;
  return `${word}  ${printable(`${check}: ${message}`)}\n${what}`;
}

const padding = (result: FindingResult) => ' '.repeat(width - result.length);

const verdict = (failed: number) =>
  failed === 0 ? '\nnothing failed\n' : `\n${failed} check${failed === 1 ? '' : 's'} failed\n`;
