/** `./hack/mutate`: plants bugs in a copy of the code, and says whether the tests find them. */
import { parseArgs } from 'node:util';
import { runMain, UsageError } from '../cluster/run-main.ts';
import { chooseMutations } from './mutations.ts';
import { isGood, printTried } from './print-tried.ts';
import { tryMutations } from './try-mutations.ts';

const usage = `usage: ./hack/mutate [WORD…] [--workers N]

Plants bugs, one at a time, in a copy of the code, and runs the tests that should find them. Ends with 1 when one survives.

  WORD         only mutations whose name, file or sentence contains it
  --workers N  mutations that are tried side by side; 2 by default`;

/** Reads the command line. @throws UsageError */
export function parseMutateArguments(
  args: readonly string[],
): { readonly words: readonly string[]; readonly workers: number } | 'help' {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { workers: { type: 'string', default: '2' }, help: { type: 'boolean', short: 'h', default: false } },
  });
  if (values.help) return 'help';
  const workers = Number(values.workers);
  if (!Number.isInteger(workers) || workers < 1)
    throw new UsageError(`--workers takes a whole number from 1, not '${values.workers}'`);
  if (positionals.length > 0 && chooseMutations(positionals).length === 0)
    throw new UsageError(`there is no mutation of ${positionals.join(', ')}`);
  return { words: positionals, workers };
}

if (import.meta.main) {
  await runMain(async () => {
    const parsed = parseMutateArguments(process.argv.slice(2));
    if (parsed === 'help') {
      process.stdout.write(`${usage}\n`);
      return;
    }
    const report = (line: string): void => {
      process.stderr.write(`conclave: ${line}\n`);
    };
    const tried = await tryMutations(chooseMutations(parsed.words), { workers: parsed.workers, report });
    process.stdout.write(`${printTried(tried)}\n`);
    if (!isGood(tried)) process.exitCode = 1;
  });
}
