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

/** Helm for an instance. What only reads charts (`lint`, `template`) works without a cluster: then it is given none. */
export async function helmFor(instance: string, report: Report): Promise<Invocation> {
  const file = binaryPath('helm', await ensureBinary(helmProgram(), report));
  if (readInstanceState(instancePaths(instance)) === undefined) return { file, args: ['helm'], environment: noCluster };
  const { args, environment } = await kubectlFor(instance, report);
  const context = args.flatMap((argument) => /^--context=(.*)$/.exec(argument)?.[1] ?? []);
  return { file, args: ['helm', ...context.map((name) => `--kube-context=${name}`)], environment };
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
