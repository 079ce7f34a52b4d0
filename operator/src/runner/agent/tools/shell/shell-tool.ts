import type { JsonObject } from '../../../../api/json.ts';
import { parameters, ToolFailure, type ToolFunction } from '../tool.ts';
import type { ShellAnswer } from './shell-answer.ts';
import type { ShellLine } from './shell-line.ts';

/** Bytes of what a command prints that are kept: as many characters at most as a result may have, with room to say so. */
const mostBytes = 28_000;

const usualSeconds = 120;
const mostSeconds = 3600;

/** Runs commands in the workspace, in a container that reaches nothing else. */
export const shellFunctions = (line: Pick<ShellLine, 'ask'>): readonly ToolFunction[] => [
  {
    ...{ name: 'shell_run', tool: 'shell', writes: true },
    description:
      'Runs a command by `sh -c` in the workspace, without a network. Nothing goes on running in the background, and nothing but files stays.',
    parameters: parameters(
      {
        // The kernel takes 128 KiB, and a character has up to four bytes.
        command: { type: 'string', minLength: 1, maxLength: 32_000 },
        timeoutSeconds: {
          ...{ type: 'integer', minimum: 1, maximum: mostSeconds },
          description: `After which it is ended; ${usualSeconds} by default.`,
        },
      },
      ['timeoutSeconds'],
    ),
    run: async (given, { signal }) => {
      const seconds = (given['timeoutSeconds'] as number | undefined) ?? usualSeconds;
      const request = { command: commandOf(given), timeoutMs: seconds * 1000, maxBytes: mostBytes };
      return describe(await line.ask(request, signal), seconds);
    },
  },
];

function commandOf(given: JsonObject): string {
  const command = given['command'] as string;
  if (!command.isWellFormed() || command.includes('\0'))
    throw new ToolFailure('a command may have no zero byte and no half a character');
  return command;
}

function describe(answer: ShellAnswer, seconds: number): string {
  if ('refusal' in answer) throw new ToolFailure(`ToolUnavailable: ${answer.refusal}.`);
  return `${endingOf(answer, seconds)}\n${answer.output}`;
}

function endingOf(
  { exitCode, signal, isTimedOut }: Exclude<ShellAnswer, { readonly refusal: string }>,
  seconds: number,
): string {
  if (isTimedOut) return `[it took longer than ${seconds} s and was ended]`;
  return signal === null ? `[exit code ${exitCode ?? 'unknown'}]` : `[ended by ${signal}]`;
}
