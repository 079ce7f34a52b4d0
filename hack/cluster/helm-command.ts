/** hack/helm [--instance NAME] …: Helm on an instance, everything else passed on as it is. */
import { binaryPath, ensureBinary, type Report } from './go-build.ts';
import { helmProgram } from './go-programs.ts';
import { readInstanceState } from './instance-state.ts';
import { kubectlFor, type Invocation } from './kubectl.ts';
import { splitArguments } from './kubectl-command.ts';
import { defaultInstance, instancePaths } from './paths.ts';
import { runMain } from './run-main.ts';

/** Else Helm would take the cluster that the machine's own kubeconfig happens to name. */
const noCluster = { KUBECONFIG: '/dev/null' };

/** How Helm runs where this kubectl would; what only reads charts (`lint`, `template`) works without a cluster. */
export function helmLike(file: string, kubectl: Invocation | undefined): Invocation {
  if (kubectl === undefined) return { file, args: ['helm'], environment: noCluster };
  const contexts = kubectl.args.flatMap((argument) => /^--context=(.*)$/.exec(argument)?.[1] ?? []);
  return {
    file,
    args: ['helm', ...contexts.map((name) => `--kube-context=${name}`)],
    environment: kubectl.environment,
  };
}

/** Helm for an instance, built when necessary. */
export async function helmFor(instance: string, report: Report): Promise<Invocation> {
  const file = binaryPath('helm', await ensureBinary(helmProgram(), report));
  const isThere = readInstanceState(instancePaths(instance)) !== undefined;
  return helmLike(file, isThere ? await kubectlFor(instance, report) : undefined);
}

if (import.meta.main) {
  await runMain(async () => {
    const { instance, rest } = splitArguments(process.argv.slice(2), defaultInstance());
    const { file, args, environment } = await helmFor(instance, (line) => {
      console.error(line);
    });
    // Helm takes this process's place, so that terminal, signals and exit status are its own.
    process.execve?.(file, [...args, ...rest], { ...process.env, ...environment });
  });
}
