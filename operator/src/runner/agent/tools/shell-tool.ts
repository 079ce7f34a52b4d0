import { mkdir } from 'node:fs/promises';
import { runProgram } from './run-program.ts';
import { parameters, type ToolFunction } from './tool.ts';

const usualSeconds = 120;
const mostBytes = 1024 * 1024;

/** Runs commands, for roles in a sandbox alone. Nothing of our environment is in theirs. */
export const shellFunctions: readonly ToolFunction[] = [
  {
    ...{ name: 'shell_run', tool: 'shell', writes: true },
    description: 'Runs a bash command in the workspace, and gives its exit code and what it prints.',
    parameters: parameters(
      {
        command: { type: 'string', minLength: 1, maxLength: 65_536 },
        timeoutSeconds: { type: 'integer', minimum: 1, maximum: 600, description: `${usualSeconds} by default.` },
      },
      ['timeoutSeconds'],
    ),
    async run(given, { workspace, signal }) {
      const { command, timeoutSeconds = usualSeconds } = given as { command: string; timeoutSeconds?: number };
      await mkdir(workspace, { recursive: true });
      const environment = { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: workspace, LANG: 'C.UTF-8', TMPDIR: '/tmp' };
      const args = ['--noprofile', '--norc', '-c', command];
      const limits = { timeoutMs: timeoutSeconds * 1000, mostBytes };
      const { code, output } = await runProgram(
        { file: 'bash', args, folder: workspace, environment, ...limits },
        signal,
      );
      return `Exit code: ${code}\n\n${output}`;
    },
  },
];
