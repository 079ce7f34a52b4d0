/** Which kubectl, with which flags and environment, talks to an instance. */
import { ClusterError } from './cluster-error.ts';
import { binaryPath, ensureBinary, type Report } from './go-build.ts';
import { kubernetesProgram } from './go-programs.ts';
import { readInstanceState } from './instance-state.ts';
import { instancePaths } from './paths.ts';
import { findProgram } from './prerequisites.ts';

/** A program to run: `args` start with the program's own name. */
export interface Invocation {
  readonly file: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** kubectl for an instance, to which the caller's arguments are added; throws ClusterError when it is not there. */
export async function kubectlFor(instance: string, report: Report): Promise<Invocation> {
  const paths = instancePaths(instance);
  const state = readInstanceState(paths);
  if (state === undefined) {
    const flag = instance === 'default' ? '' : ` --instance ${instance}`;
    throw new ClusterError(`there is no cluster '${instance}'`, { hint: `start it: hack/up${flag}` });
  }
  const kubeconfig = { KUBECONFIG: paths.adminKubeconfig };
  if (state.kind === 'embedded') return embeddedKubectl(state.binaries.kube ?? '', kubeconfig);
  const { file, args } = await anyKubectl(report);
  if (state.kind === 'kind') return { file, args, environment: kubeconfig };
  const environment = state.kubeconfig === undefined ? {} : { KUBECONFIG: state.kubeconfig };
  return { file, args: [...args, `--context=${state.context}`], environment };
}

function embeddedKubectl(digest: string, environment: Record<string, string>): Invocation {
  return { file: binaryPath('kube', digest), args: ['kube', 'kubectl'], environment };
}

/** The machine's own kubectl, else the one in the Kubernetes binary, built when necessary. */
export async function anyKubectl(report: Report): Promise<Invocation> {
  const file = findProgram('kubectl');
  if (file !== undefined) return { file, args: ['kubectl'], environment: {} };
  return embeddedKubectl(await ensureBinary(kubernetesProgram(), report), {});
}
