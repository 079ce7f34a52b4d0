import { Command, CommanderError } from 'commander';
import { nearestName } from '../core/validation/nearest-name.ts';
import type { CommandContext, CommandEntry } from './command.ts';
import { commands } from './commands.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { Failure, failureCodes, type FailureDetails } from './failure.ts';
import { wantsJson } from './output-option.ts';
import { paint } from './paint.ts';
import type { Terminal } from './terminal.ts';

export interface CliCall {
  /** The command line without the program. */
  readonly words: readonly string[];
  readonly terminal: Terminal;
  /** Version of the product. */
  readonly version: string;
  /** Where the product is: what is shipped with it stands below. The folder one works in by default. */
  readonly folder?: string;
}

/** Runs one command line and answers with the exit code. Never throws. */
export async function runCli({ words, folder = '.', ...surroundings }: CliCall): Promise<ExitCode> {
  let exitCode: ExitCode = exitCodes.good;
  const context: CommandContext = { ...surroundings, folder, finish: (code) => (exitCode = code) };
  try {
    const program = await buildProgram(words, context);
    await program.parseAsync(words, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return exitCodes.good;
    return tellFailure(explain(error, words), { terminal: surroundings.terminal, asJson: wantsJson(words) });
  }
}

/** Only the command that is wanted is loaded; of the others the help needs no more than the summary. */
async function buildProgram(words: readonly string[], context: CommandContext): Promise<Command> {
  const program = new Command('conclave')
    .description('Runs teams of AI agents as governed pipelines on Kubernetes.')
    .usage('<command> [arguments]')
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [command]', 'show help for a command')
    .addHelpText('after', '\nMore about a command: conclave help <command>')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => {
        context.terminal.out(text);
      },
      // Errors are told once, by tellFailure.
      writeErr: () => undefined,
      outputError: () => undefined,
    });
  const wanted = wantedCommand(words);
  for (const entry of commands) await addCommand(program, entry, entry === wanted ? context : undefined);
  if (words.length === 0)
    program.action(() => {
      program.outputHelp();
    });
  return program;
}

async function addCommand(program: Command, entry: CommandEntry, context: CommandContext | undefined): Promise<void> {
  const command = program
    .command(entry.name, { hidden: entry.isHidden === true })
    .summary(entry.summary)
    .description(`${capitalize(entry.summary)}.`);
  if (context === undefined) return;
  const setUp = await entry.load();
  setUp(command, context);
}

const capitalize = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** The command that the words name, or ask help for. */
function wantedCommand(words: readonly string[]): CommandEntry | undefined {
  const [first, second] = words.filter((word) => !word.startsWith('-'));
  const name = first === 'help' ? second : first;
  return commands.find((entry) => entry.name === name);
}

function explain(error: unknown, words: readonly string[]): FailureDetails {
  if (error instanceof Failure) return error.details;
  if (error instanceof CommanderError) return explainUsage(error, words);
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return {
    exitCode: exitCodes.invalid,
    code: failureCodes.invalid,
    reason: 'Bug',
    message: `this is a bug: ${message}`,
  };
}

function explainUsage({ code, message }: CommanderError, words: readonly string[]): FailureDetails {
  const usage = { exitCode: exitCodes.usage, code: failureCodes.invalid, reason: 'Usage' } as const;
  const [text = '', suggestion] = message.replace(/^error: /, '').split(/\n\((.*)\)$/);
  if (code === 'commander.unknownCommand' || code === 'commander.help') {
    const name = words.filter((word) => word !== 'help').find((word) => !word.startsWith('-')) ?? '';
    return { ...usage, message: `unknown command '${name}'`, hint: suggestCommand(name) };
  }
  const hint = suggestion ?? `see conclave ${wantedCommand(words)?.name ?? ''} --help`.replace('  ', ' ');
  return { ...usage, message: text, hint };
}

function suggestCommand(name: string): string {
  const names = commands.filter(({ isHidden }) => isHidden !== true).map((entry) => entry.name);
  const nearest = nearestName(name, names);
  return nearest === undefined ? `commands: ${names.join(', ')}` : `did you mean conclave ${nearest}?`;
}

function tellFailure(
  { exitCode, ...failure }: FailureDetails,
  { terminal, asJson }: { readonly terminal: Terminal; readonly asJson: boolean },
): ExitCode {
  if (asJson) terminal.out(`${JSON.stringify({ error: failure }, undefined, 2)}\n`);
  else {
    const hint = failure.hint === undefined ? '' : `\n  hint: ${failure.hint}`;
    terminal.err(`${paint('error', 'error', terminal.colours.err)}: ${failure.message}${hint}\n`);
  }
  return exitCode;
}
