import type { CommandSetup } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { Failure, failureCodes } from '../failure.ts';
import { outputOption } from '../output-option.ts';
import type { Terminal } from '../terminal.ts';
import { findSources } from '../sources/find-sources.ts';
import { readSource } from '../sources/read-source.ts';
import { renderJson, renderText } from './render-report.ts';
import { isValid, type Finding, type Report } from './report.ts';

interface ValidateOptions {
  readonly filename?: readonly string[];
  readonly output: string;
}

const help = `
Folders are searched below for .yaml, .yml and .json files; hidden folders and node_modules are left out.
Objects of other API groups beside Conclave's are passed over with a note.

Exit codes: 0 valid, 1 invalid, 2 wrong usage or unreadable.

Examples:
  conclave validate -f pipeline.yaml
  conclave validate -f config/samples -o json
  kubectl get pipeline demo -o yaml | conclave validate -f -`;

/** `conclave validate`: every mistake in files that the API server would refuse, with line and column. */
export const validateCommand: CommandSetup = (command, { terminal, finish }) => {
  command
    .argument('[paths...]', 'files and folders, as with -f')
    .option('-f, --filename <path>', 'a file or a folder; - for standard input; may be repeated', collect)
    .addOption(outputOption(['text', 'json']))
    .option('-R, --recursive', 'search folders below as well: always so, taken as kubectl takes it')
    .addHelpText('after', help)
    .action(async (paths: readonly string[], options: ValidateOptions) => {
      const { report, failure } = await validate([...(options.filename ?? []), ...paths], terminal);
      const isJson = options.output === 'json';
      // One JSON document is one answer; people get what was found beside what failed.
      if (failure === undefined || !isJson)
        terminal.out(isJson ? renderJson(report) : renderText(report, terminal.colours.out));
      if (failure !== undefined) throw failure;
      finish(isValid(report) ? exitCodes.good : exitCodes.invalid);
    });
};

const collect = (path: string, before: readonly string[] = []) => [...before, path];

interface Validated {
  readonly report: Report;
  /** Of the first file that could not be read. */
  readonly failure?: Failure;
}

/** Files are read one after the other: no more than one is held at a time. */
async function validate(paths: readonly string[], terminal: Terminal): Promise<Validated> {
  if (paths.length === 0) throw nothingNamed();
  const sources = await findSources(paths);
  const [{ kinds }, { validateSource }] = await Promise.all([
    import('../../api/kinds.ts'),
    import('./validate-source.ts'),
  ]);
  const findings: Finding[] = [];
  let documents = 0;
  let failure: Failure | undefined;
  for (const file of sources) {
    const read = await readSource(file, terminal.input);
    if (read instanceof Failure) failure ??= read;
    else {
      const report = validateSource(file, read.bytes, kinds);
      findings.push(...report.findings);
      documents += report.documents;
    }
  }
  const told = documents === 0 ? findings.map(asError) : findings;
  return { report: { findings: told, files: sources.length, documents }, ...(failure !== undefined && { failure }) };
}

/** An empty file among others is no mistake, but nothing at all is. */
function asError(finding: Finding): Finding {
  return finding.code === 'EmptyFile' ? { ...finding, severity: 'error' } : finding;
}

function nothingNamed(): Failure {
  return new Failure({
    exitCode: exitCodes.usage,
    code: failureCodes.invalid,
    reason: 'Usage',
    message: 'no file is named',
    hint: 'name files or folders: conclave validate -f pipeline.yaml',
  });
}
