import type { ClusterKind, ClusterObject, ClusterReference } from '../cluster/account.ts';
import type { Check, Examination, Finding } from './finding.ts';

interface Lease extends ClusterObject {
  readonly spec?: {
    readonly holderIdentity?: string;
    readonly leaseDurationSeconds?: number;
    readonly renewTime?: string;
  };
}

interface Container {
  readonly args?: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
}

/** A Deployment or a StatefulSet. */
interface Workload extends ClusterObject {
  readonly spec?: {
    readonly replicas?: number;
    readonly template?: { readonly spec?: { readonly containers?: readonly Container[] } };
  };
  readonly status?: { readonly availableReplicas?: number };
}

const leases: ClusterKind<Lease> = {
  ...{ group: 'coordination.k8s.io', version: 'v1', kind: 'Lease', plural: 'leases', namespaced: true },
};
const deployments: ClusterKind<Workload> = {
  ...{ group: 'apps', version: 'v1', kind: 'Deployment', plural: 'deployments', namespaced: true },
};
const statefulSets: ClusterKind<Workload> = {
  ...{ group: 'apps', version: 'v1', kind: 'StatefulSet', plural: 'statefulsets', namespaced: true },
};
const configMaps: ClusterKind = {
  ...{ group: '', version: 'v1', kind: 'ConfigMap', plural: 'configmaps', namespaced: true },
};

const operatorName = 'conclave-operator';
const serverName = 'conclave-server';
const authoritiesName = 'conclave-ca';
/** The clocks of this machine and of the operator's may differ by so much. */
const clockSkewSeconds = 5;

/** Whether an operator leads. */
export const checkOperator: Check = async (examination) => {
  const { systemNamespace: namespace, nowMs } = examination;
  const check = 'operator';
  const [lease, deployment] = await Promise.all([
    find(examination, leases, { namespace, name: operatorName }),
    find(examination, deployments, { namespace, name: operatorName }),
  ]);
  const hint =
    deployment === undefined
      ? 'start it: install the chart, or ./hack/run on your machine'
      : `kubectl -n ${namespace} logs deployment/${operatorName}`;
  const where = deployment === undefined ? 'it has no Deployment here' : describeReplicas(deployment);
  const problem = problemOf(lease, nowMs);
  if (problem !== undefined) return [{ check, result: 'failed', message: `${problem} (${where})`, hint }];
  return [{ check, result: 'ok', message: `${lease?.spec?.holderIdentity ?? ''} leads (${where})` }];
};

/** Whoever leads renews the Lease: one that is old has been left. */
function problemOf(lease: Lease | undefined, nowMs: number): string | undefined {
  const { holderIdentity = '', leaseDurationSeconds = 15, renewTime = '' } = lease?.spec ?? {};
  if (holderIdentity === '') return 'no operator leads';
  const ageSeconds = (nowMs - Date.parse(renewTime)) / 1000;
  if (ageSeconds <= leaseDurationSeconds + clockSkewSeconds) return undefined;
  return `${holderIdentity} led and has not been heard of for ${Math.round(ageSeconds)} s`;
}

const describeReplicas = ({ spec, status }: Workload) =>
  `${status?.availableReplicas ?? 0} of ${spec?.replicas ?? 1} replicas are available`;

/** Whether the server of artifacts and events is there, and trusted. */
export const checkServer: Check = async (examination) => {
  const { systemNamespace: namespace } = examination;
  const check = 'server';
  const [server, authorities] = await Promise.all([
    find(examination, statefulSets, { namespace, name: serverName }),
    find(examination, configMaps, { namespace, name: authoritiesName }),
  ]);
  const findings: Finding[] = [];
  if (server === undefined)
    findings.push({
      ...{ check, result: 'failed', message: `there is no StatefulSet ${serverName} in ${namespace}` },
      hint: 'install it: without it no pod can keep what it makes',
    });
  else if ((server.status?.availableReplicas ?? 0) === 0)
    findings.push({
      ...{ check, result: 'failed', message: `${serverName}: ${describeReplicas(server)}` },
      hint: `kubectl -n ${namespace} describe statefulset/${serverName}`,
    });
  if (authorities === undefined)
    findings.push({
      ...{ check, result: 'failed', message: `there is no ConfigMap ${authoritiesName} in ${namespace}` },
      hint: 'the operator makes it: see what it logs',
    });
  return findings.length > 0 ? findings : [{ check, result: 'ok', message: `${serverName} is available and trusted` }];
};

/** The namespaces that the operator is restricted to, each once; empty where it does not run in this cluster, or watches all. */
export async function watchedNamespaces(examination: Examination): Promise<readonly string[]> {
  const deployment = await find(examination, deployments, {
    namespace: examination.systemNamespace,
    name: operatorName,
  });
  const names = namespacesGiven(deployment?.spec?.template?.spec?.containers?.[0] ?? {})
    .join()
    .split(',');
  return [...new Set(names.map((name) => name.trim()).filter((name) => name !== ''))];
}

/** As the operator is told them: a flag goes before the environment. */
function namespacesGiven({ args = [], env = [] }: Container): readonly string[] {
  const flags = args.flatMap((arg, index) => namespaceFlag(arg, args[index + 1]) ?? []);
  if (flags.length > 0) return flags;
  return env.flatMap(({ name, value = '' }) => (name === 'CONCLAVE_NAMESPACE' ? [value] : []));
}

/** As the operator reads its command line: the value in the same word, or in the next. */
const namespaceFlag = (arg: string, next: string | undefined): string | undefined =>
  arg === '--namespace' ? next : /^--namespace=(.*)$/.exec(arg)?.[1];

async function find<T extends ClusterObject>(
  { account }: Examination,
  kind: ClusterKind<T>,
  reference: ClusterReference,
): Promise<T | undefined> {
  try {
    return await account.client.get(kind, reference);
  } catch (error) {
    if (error instanceof Error && error.name === 'NotFound') return undefined;
    throw error;
  }
}
