import type { CommandSetup } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { Failure, failureCodes } from '../failure.ts';
import { outputOption } from '../output-option.ts';
import type { Terminal } from '../terminal.ts';
import { findSources } from '../sources/find-sources.ts';
import { readSource } from '../sources/read-source.ts';
import { renderJson, renderText } from './render-report.ts';
import type { NamedSource } from './judge-sources.ts';
import { isValid, type Report } from './report.ts';

interface ValidateOptions {
  readonly filename?: readonly string[];
  readonly output: string;
}

const help = `
Four levels: the schema; what objects refer to; the data flow between steps; what a run takes. The files are the world of
each other: a Method that a Pipeline names is looked for in all of them. What only a cluster can tell is a warning.

Pipelines in the canonical form are read too. Folders are searched below for .yaml, .yml and .json files; hidden folders
and node_modules are left out. Objects of other API groups beside Conclave's are passed over with a note.

Exit codes: 0 valid, 1 invalid, 2 wrong usage or unreadable.

Examples:
  conclave validate -f pipeline.yaml
  conclave validate -f config/samples -o json
  kubectl get pipeline demo -o yaml | conclave validate -f -`;

/** `conclave validate`: everything that is wrong with files, with line and column, before a cluster sees them. */
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

/** Bytes of all files together: they are held at the same time, because they may refer to each other. */
const MOST_BYTES = 64 * 1024 * 1024;

async function validate(paths: readonly string[], terminal: Terminal): Promise<Validated> {
  if (paths.length === 0) throw nothingNamed();
  const files = await findSources(paths);
  const [{ parseSource }, { judgeSources }] = await Promise.all([
    import('../sources/parse-source.ts'),
    import('./judge-sources.ts'),
  ]);
  const sources: NamedSource[] = [];
  let bytes = 0;
  let failure: Failure | undefined;
  for (const file of files) {
    const read = await readSource(file, terminal.input);
    if (read instanceof Failure) {
      failure ??= read;
      continue;
    }
    bytes += read.bytes?.length ?? 0;
    if (bytes > MOST_BYTES) throw tooMuch();
    sources.push({ file, ...parseSource(read.bytes) });
  }
  const report = { ...judgeSources(sources), files: files.length };
  return { report, ...(failure !== undefined && { failure }) };
}

function tooMuch(): Failure {
  return new Failure({
    exitCode: exitCodes.usage,
    code: failureCodes.invalid,
    reason: 'TooMuchToRead',
    message: `the files hold more than ${MOST_BYTES / 1024 / 1024} MiB together`,
    hint: 'validate them in parts',
  });
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
