import { KubeClient } from './client.ts';
import { Credentials } from './credentials.ts';
import { loadKubeconfig, type KubeconfigSource } from './kubeconfig.ts';
import type { RequestObserver } from './request-observer.ts';
import { Transport } from './transport.ts';

/** Which cluster, and how this program presents itself. */
export interface ConnectOptions extends KubeconfigSource {
  /** Of this program; the user agent is `conclave-operator/VERSION`. */
  readonly version: string;
  readonly observer?: RequestObserver;
  readonly fieldManager?: string;
}

/** A client and where it leads. */
export interface ClusterConnection {
  readonly client: KubeClient;
  /** The context's namespace, `default` when it names none. */
  readonly namespace: string;
}

/**
 * A client for the cluster that the kubeconfig, or the pod's service account, names. Sends no request yet.
 * @throws KubeconfigError
 */
export async function connect(options: ConnectOptions): Promise<ClusterConnection> {
  const { kubeconfig, context, version, observer = {}, ...rest } = options;
  const credentials = new Credentials({
    load: () => loadKubeconfig({ kubeconfig, context }),
    onProblem: (error) => observer.credentialsFailed?.(error),
  });
  await credentials.current();
  const transport = new Transport({ credentials, observer, userAgent: `conclave-operator/${version}` });
  return { client: new KubeClient({ transport, ...rest }), namespace: credentials.namespace ?? 'default' };
}
