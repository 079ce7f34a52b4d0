/** Clusters that are there already: nothing is started, only noted down. */
import { writeFileSync } from 'node:fs';
import { ClusterError } from './cluster-error.ts';
import type { Report } from './go-build.ts';
import { writeInstanceState } from './instance-state.ts';
import { anyKubectl } from './kubectl.ts';
import type { InstancePaths } from './paths.ts';
import { tryCommand, type CommandResult } from './run-command.ts';

/** A context, and the kubeconfig files that it stands in (as KUBECONFIG has them); undefined means the usual one. */
export interface ContextSource {
  readonly context: string;
  readonly kubeconfig: string | undefined;
}

/** Notes the context down once its API server has answered, and writes a kubeconfig with that context alone. */
export async function useContext(paths: InstancePaths, source: ContextSource, report: Report): Promise<void> {
  const { context, kubeconfig } = source;
  const { file, args } = await anyKubectl(report);
  const env = kubeconfig === undefined ? {} : { KUBECONFIG: kubeconfig };
  const kubectl = (...rest: string[]): Promise<CommandResult> =>
    tryCommand(file, [...args.slice(1), `--context=${context}`, ...rest], { timeoutMs: 30_000, env });
  const version = await kubectl('get', '--raw=/version');
  if (version.status !== 0) {
    throw new ClusterError(`the cluster of context '${context}' does not answer: ${version.stderr.trim()}`, {
      hint: 'kubectl config get-contexts lists the contexts; KUBECONFIG says in which files',
    });
  }
  const { stdout } = await kubectl('config', 'view', '--minify', '--flatten', '--raw');
  writeInstanceState(paths, { kind: 'context', context, ...(kubeconfig === undefined ? {} : { kubeconfig }) });
  writeFileSync(paths.adminKubeconfig, stdout, { mode: 0o600 });
}
