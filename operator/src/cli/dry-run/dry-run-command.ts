import { Option } from 'commander';
import type { CommandContext, CommandSetup } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { outputOption } from '../output-option.ts';

/** Options of the command line. */
export interface DryRunOptions {
  readonly filename?: readonly string[];
  readonly inputs?: string;
  readonly mocks?: string;
  readonly pipeline?: string;
  readonly workItem?: string;
  readonly output: 'table' | 'json' | 'yaml';
}

const help = `
The planner, expressions and validations are the real ones; the steps do what the mocks say, on a virtual clock. What has
no mock makes its outputs up, from its schema or from how other steps use them.

Mocks: the name or the path of steps (* stands for anything), and outputs, an error, or attempts with one of these each:
  collect: {outputs: {profile: {followers: 12000}}, durationSeconds: 30}
  report: {attempts: [{error: {message: busy, retryable: true}}, {outputs: {url: 'https://example.com'}}]}
  sources[*].crawl: {error: {message: gone, retryable: false}}
  approvals: {release: approved}

Exit codes: 0 succeeded, 1 failed, cancelled or invalid, 2 wrong usage or unreadable, 3 waits for a decision.

Examples:
  conclave dry-run -f pipeline.yaml --inputs '{"name": "Ada"}' --mocks mocks.yaml
  conclave dry-run -f pipeline.yaml -o json`;

/** `conclave dry-run`: a run of the real planner in a world of mocks. */
export const dryRunCommand: CommandSetup = (command, context) => {
  command
    .argument('[paths...]', 'files and folders, as with -f')
    .option('-f, --filename <path>', 'a file or a folder; - for standard input; may be repeated', collect)
    .addOption(new Option('--inputs <file-or-json>', 'inputs of the run: a file, or JSON as it is'))
    .option('--mocks <file>', 'what steps give, and what people decide')
    .option('--pipeline <name>', 'which Pipeline is run, when there are several')
    .option('--work-item <name>', 'which WorkItem is run or gives the inputs, when there are several')
    .addOption(outputOption(['table', 'json', 'yaml']))
    .addHelpText('after', help)
    .action((paths: readonly string[], options: DryRunOptions) =>
      run([...(options.filename ?? []), ...paths], options, context),
    );
};

const collect = (path: string, before: readonly string[] = []) => [...before, path];

async function run(
  paths: readonly string[],
  options: DryRunOptions,
  { terminal, finish }: CommandContext,
): Promise<void> {
  const [{ performDryRun }, { renderDryRun }, { tellVerdict }] = await Promise.all([
    import('./perform-dry-run.ts'),
    import('./render-dry-run.ts'),
    import('../sources/tell-verdict.ts'),
  ]);
  const performed = await performDryRun(paths, options, terminal);
  if ('verdict' in performed) {
    tellVerdict(performed.verdict, terminal, options.output === 'json');
    finish(exitCodes.invalid);
    return;
  }
  const { report, title, warnings } = performed;
  const { columns, colours } = terminal;
  terminal.out(renderDryRun(report, { title, columns, warnings, inColour: colours.out, format: options.output }));
  finish(exitCodeOf[report.phase]);
}

const exitCodeOf = {
  Succeeded: exitCodes.good,
  Failed: exitCodes.invalid,
  Cancelled: exitCodes.invalid,
  Waiting: exitCodes.waiting,
} as const;
