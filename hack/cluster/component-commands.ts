/** The command lines of an instance's components, as they run inside its node. */
import type { NetworkPlan } from './network-plan.ts';
import { insideNode, nodeName, policyQueue } from './node-configuration.ts';

/** A long-running program of the node; `name` also names its log and pid file. */
export interface Component {
  readonly name: string;
  readonly command: readonly string[];
}

/** What the command lines depend on. */
export interface ComponentSettings {
  readonly network: NetworkPlan;
  /** Program → the digest of its build, which names its folder. */
  readonly binaries: Readonly<Record<string, string>>;
}

/** The path inside the node of a program that was built. */
export function binaryInNode({ binaries }: Pick<ComponentSettings, 'binaries'>, program: string): string {
  return `${insideNode.binaries}/${binaries[program] ?? 'missing'}/${program}`;
}

const pki = `${insideNode.state}/pki`;
const conf = `${insideNode.state}/conf`;
const logs = `${insideNode.state}/log`;

/** Keeps what it is told in memory's speed: an instance that the machine loses is replaced, not recovered. */
export function etcd(settings: ComponentSettings): Component {
  return {
    name: 'etcd',
    command: [
      ...[binaryInNode(settings, 'kube'), 'etcd', '--data-dir=/var/lib/etcd', '--unsafe-no-fsync', '--log-level=warn'],
      ...['--listen-client-urls=http://127.0.0.1:2379', '--advertise-client-urls=http://127.0.0.1:2379'],
      ...['--listen-peer-urls=http://127.0.0.1:2380', '--initial-advertise-peer-urls=http://127.0.0.1:2380'],
      '--initial-cluster=default=http://127.0.0.1:2380',
      ...['--auto-compaction-mode=periodic', '--auto-compaction-retention=10m', '--quota-backend-bytes=8589934592'],
    ],
  };
}

/** PodNodeSelector and PodTolerationRestriction let a namespace send its pods to the fake nodes by annotation. */
const admissionPlugins = ['NodeRestriction', 'PodNodeSelector', 'PodTolerationRestriction'];

export function apiServer(settings: ComponentSettings): Component {
  const { network } = settings;
  return {
    name: 'kube-apiserver',
    command: [
      ...[
        binaryInNode(settings, 'kube'),
        'kube-apiserver',
        '--etcd-servers=http://127.0.0.1:2379',
        '--secure-port=6443',
      ],
      ...['--bind-address=0.0.0.0', `--advertise-address=${network.nodeAddress}`],
      `--service-cluster-ip-range=${network.serviceSubnet}`,
      ...[`--tls-cert-file=${pki}/server.crt`, `--tls-private-key-file=${pki}/server.key`],
      `--client-ca-file=${pki}/ca.crt`,
      ...[`--service-account-key-file=${pki}/sa.key`, `--service-account-signing-key-file=${pki}/sa.key`],
      '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
      ...['--authorization-mode=Node,RBAC', `--enable-admission-plugins=${admissionPlugins.join(',')}`],
      ...['--allow-privileged', '--kubelet-preferred-address-types=InternalIP'],
      ...[`--kubelet-client-certificate=${pki}/kubelet-client.crt`, `--kubelet-client-key=${pki}/kubelet-client.key`],
      `--kubelet-certificate-authority=${pki}/ca.crt`,
      ...[`--audit-policy-file=${conf}/audit-policy.yaml`, `--audit-log-path=${logs}/audit.log`],
      ...['--audit-log-maxsize=200', '--audit-log-maxbackup=2'],
    ],
  };
}

export function controllerManager(settings: ComponentSettings): Component {
  return {
    name: 'kube-controller-manager',
    command: [
      ...[
        binaryInNode(settings, 'kube'),
        'kube-controller-manager',
        `--kubeconfig=${conf}/kube-controller-manager.kubeconfig`,
      ],
      ...['--leader-elect=false', '--bind-address=127.0.0.1', '--use-service-account-credentials'],
      ...[`--service-account-private-key-file=${pki}/sa.key`, `--root-ca-file=${pki}/ca.crt`],
      // The defaults are for large clusters; here they would be what a test measures.
      ...['--kube-api-qps=1000', '--kube-api-burst=2000', '--concurrent-job-syncs=50', '--concurrent-gc-syncs=50'],
    ],
  };
}

export function scheduler(settings: ComponentSettings): Component {
  return {
    name: 'kube-scheduler',
    command: [
      ...[binaryInNode(settings, 'kube'), 'kube-scheduler', `--kubeconfig=${conf}/kube-scheduler.kubeconfig`],
      ...['--leader-elect=false', '--bind-address=127.0.0.1', '--kube-api-qps=1000', '--kube-api-burst=2000'],
    ],
  };
}

export function containerd(): Component {
  return { name: 'containerd', command: ['containerd', '--config', `${conf}/containerd.toml`] };
}

export function kubelet(settings: ComponentSettings): Component {
  const { network } = settings;
  return {
    name: 'kubelet',
    command: [
      ...[
        binaryInNode(settings, 'kube'),
        'kubelet',
        `--config=${conf}/kubelet.yaml`,
        `--kubeconfig=${conf}/kubelet.kubeconfig`,
      ],
      ...[`--hostname-override=${nodeName}`, `--node-ip=${network.nodeAddress}`],
    ],
  };
}

export function kubeProxy(settings: ComponentSettings): Component {
  return {
    name: 'kube-proxy',
    command: [binaryInNode(settings, 'kube'), 'kube-proxy', `--config=${conf}/kube-proxy.yaml`],
  };
}

export function coreDns(settings: ComponentSettings): Component {
  return { name: 'coredns', command: [binaryInNode(settings, 'coredns'), '-conf', `${conf}/Corefile`] };
}

/** Answers the firewall's queue of new connections (network-policies.ts). */
export function networkPolicies(settings: ComponentSettings): Component {
  const name = 'kube-network-policies';
  return {
    name,
    command: [
      ...[binaryInNode(settings, name), `--kubeconfig=${conf}/${name}.kubeconfig`],
      ...[`--node=${nodeName}`, `--queue=${policyQueue}`],
    ],
  };
}

/** How long a fake node may be silent before it counts as lost, in seconds. */
const fakeNodeLeaseSeconds = 40;

export function kwok(settings: ComponentSettings): Component {
  const { network } = settings;
  return {
    name: 'kwok',
    command: [
      ...[binaryInNode(settings, 'kwok'), `--kubeconfig=${conf}/kwok.kubeconfig`, `--config=${conf}/stages.yaml`],
      ...['--manage-nodes-with-annotation-selector=kwok.x-k8s.io/node=fake', '--manage-all-nodes=false'],
      ...[`--node-lease-duration-seconds=${fakeNodeLeaseSeconds}`, `--cidr=${network.fakePodSubnet}`, '--v=WARN'],
    ],
  };
}
