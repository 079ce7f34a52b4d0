import { fileURLToPath } from 'node:url';
import { runCli } from '../cli/run-cli.ts';

/** What a command line wrote, and how it ended. */
export interface CommandLineRun {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
}

const repository = fileURLToPath(new URL('../../..', import.meta.url));

/** Runs a command line of `conclave` in this process, without colours; `input` comes by standard input, and what is shipped
 * is in `folder`. */
export async function runCommandLine(
  words: readonly string[],
  input = '',
  folder = repository,
): Promise<CommandLineRun> {
  const written = { out: '', err: '' };
  async function* pieces() {
    await Promise.resolve();
    yield new TextEncoder().encode(input);
  }
  const exitCode = await runCli({
    words,
    version: '1.2.3',
    folder,
    terminal: {
      input: pieces(),
      out: (text) => (written.out += text),
      err: (text) => (written.err += text),
      colours: { out: false, err: false },
    },
  });
  return { exitCode, ...written };
}
