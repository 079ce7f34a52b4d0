/** hack/kubectl [--instance NAME] …: kubectl on an instance, everything else passed on as it is. */
import { kubectlFor } from './kubectl.ts';
import { defaultInstance } from './paths.ts';
import { runMain, UsageError } from './run-main.ts';

/** The instance, and the arguments that are kubectl's. Only a leading --instance is ours. */
export function splitArguments(args: readonly string[], fallback: string): { instance: string; rest: string[] } {
  const [first = '', second] = args;
  if (first.startsWith('--instance=')) return { instance: first.slice('--instance='.length), rest: args.slice(1) };
  if (first !== '--instance') return { instance: fallback, rest: [...args] };
  if (second === undefined) throw new UsageError('--instance needs a name');
  return { instance: second, rest: args.slice(2) };
}

if (import.meta.main) {
  await runMain(async () => {
    const { instance, rest } = splitArguments(process.argv.slice(2), defaultInstance());
    const { file, args, environment } = await kubectlFor(instance, (line) => {
      console.error(line);
    });
    // kubectl takes this process's place, so that terminal, signals and exit status are its own.
    process.execve?.(file, [...args, ...rest], { ...process.env, ...environment });
  });
}
