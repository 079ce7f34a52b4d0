import type { Command } from 'commander';
import type { ExitCode } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';

/** What a command gets beside its arguments. */
export interface CommandContext {
  readonly terminal: Terminal;
  /** Version of the product. */
  readonly version: string;
  /** Where the product is: what is shipped with it stands below. */
  readonly folder: string;
  /** Says how the process shall answer; 0 otherwise. */
  readonly finish: (exitCode: ExitCode) => void;
}

/** Gives a command its arguments, its options and its action. */
export type CommandSetup = (command: Command, context: CommandContext) => void;

/** A command as the list of commands shows it. The rest is loaded when the command is wanted. */
export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  /** Other programs call it; no help and no suggestion shows it. */
  readonly isHidden?: true;
  load(): Promise<CommandSetup>;
}
