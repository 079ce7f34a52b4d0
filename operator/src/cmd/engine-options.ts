import { shippedPath } from './product-version.ts';

/** What the running of WorkItems depends on. */
export interface EngineOptions {
  /** The operator's own image, which Pods collect results with. */
  readonly image: string;
  /** The image of sandboxes. */
  readonly runtimeImage: string;
  /** Base URL of the server, as the operator and Pods reach it. */
  readonly serverUrl: string;
  /** Namespace of the server's Pods: the operator's own. */
  readonly serverNamespace: string;
  /** File of the token by which the operator says who it is to the server. */
  readonly serverTokenFile: string;
  /** DNS servers that are asked for the names of calls; the system's way without any. */
  readonly dnsServers: readonly string[] | undefined;
  /** What stands behind names that end in `.svc`. */
  readonly clusterDomain: string;
  /** Folder of the admission policies that the cluster must have, as manifests. */
  readonly policyFolder: string;
}

/** Flags of these, and what they say. */
export const engineFlags = {
  image: { type: 'string' },
  'runtime-image': { type: 'string' },
  'server-url': { type: 'string' },
  'server-token': { type: 'string' },
  'dns-server': { type: 'string' },
  'cluster-domain': { type: 'string' },
  policies: { type: 'string' },
} as const;
export type EngineFlag = keyof typeof engineFlags;

/** Help for them. */
export const engineUsage = `  --image IMAGE           this program's own, which Pods collect results with; localhost/conclave:dev by default
  --runtime-image IMAGE   sandbox of users' programs; localhost/conclave-runtime:dev by default
  --server-url URL        of the artifact and event server; that of the Service conclave-server by default
  --server-token FILE     token for it; that of the pod's service account by default
  --dns-server ADDRESS    asked for the names of calls, when this process runs outside of the cluster
  --cluster-domain NAME   cluster.local by default
  --policies FOLDER       manifests of the admission policies that decisions rest on; those it is shipped with by default`;

const serviceAccountToken = '/var/run/secrets/kubernetes.io/serviceaccount/token';

/** Reads them. */
export function parseEngineOptions(read: (flag: EngineFlag) => string | undefined, namespace: string): EngineOptions {
  const dnsServers = read('dns-server')?.split(',');
  return {
    image: read('image') ?? 'localhost/conclave:dev',
    runtimeImage: read('runtime-image') ?? 'localhost/conclave-runtime:dev',
    serverUrl: read('server-url') ?? `https://conclave-server.${namespace}.svc:8443`,
    serverNamespace: namespace,
    serverTokenFile: read('server-token') ?? serviceAccountToken,
    dnsServers,
    clusterDomain: read('cluster-domain') ?? 'cluster.local',
    policyFolder: read('policies') ?? shippedPath('config/policies'),
  };
}
