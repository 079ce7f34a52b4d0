import { Option } from 'commander';
import type { CommandContext, CommandSetup } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { outputOption } from '../output-option.ts';
import type { Report } from '../validate/report.ts';
import type { Form } from './convert-manifests.ts';

interface ConvertOptions {
  readonly filename?: readonly string[];
  readonly output: 'yaml' | 'json';
  readonly to?: Form;
}

const help = `
A pipeline in the canonical form (pipeline_id, steps with id, snake_case) becomes a Pipeline, and a WorkItem where it
replays a run; a Pipeline and its WorkItem become a document in the canonical form. Nothing is lost but comments.

Exit codes: 0 converted, 1 invalid, 2 wrong usage or unreadable.

Examples:
  conclave convert -f investigation.yaml
  conclave convert -f investigation.yaml | kubectl apply -f -
  kubectl get pipeline demo -o yaml | conclave convert -f - --to canonical`;

/** `conclave convert`: the canonical form of pipelines to manifests and back. */
export const convertCommand: CommandSetup = (command, context) => {
  command
    .argument('[paths...]', 'files and folders, as with -f')
    .option('-f, --filename <path>', 'a file or a folder; - for standard input; may be repeated', collect)
    .addOption(outputOption(['yaml', 'json']))
    .addOption(
      new Option('--to <form>', 'what to convert to; without it, what the input is not').choices([
        'canonical',
        'manifests',
      ]),
    )
    .addHelpText('after', help)
    .action((paths: readonly string[], options: ConvertOptions) =>
      convert([...(options.filename ?? []), ...paths], options, context),
    );
};

const collect = (path: string, before: readonly string[] = []) => [...before, path];

async function convert(
  paths: readonly string[],
  { output, to }: ConvertOptions,
  { terminal, finish }: CommandContext,
): Promise<void> {
  const [{ loadManifests }, { convertManifests, otherForm }, { renderConverted }, { tellVerdict }] = await Promise.all([
    import('../sources/load-manifests.ts'),
    import('./convert-manifests.ts'),
    import('./render-converted.ts'),
    import('../sources/tell-verdict.ts'),
  ]);
  const { manifests, report } = await loadManifests(paths, terminal);
  if (!tellVerdict(report, terminal, output === 'json')) {
    finish(exitCodes.invalid);
    return;
  }
  const form = to ?? otherForm(manifests);
  const { values, findings } = convertManifests(manifests, form);
  const verdict: Report = { ...report, findings };
  if (!tellVerdict(verdict, terminal, output === 'json')) finish(exitCodes.invalid);
  else terminal.out(renderConverted(values, { output, form }));
}
