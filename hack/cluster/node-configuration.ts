/** The configuration files of an instance's node. Paths are those inside the node (see node-init.sh). */
import type { NetworkPlan } from './network-plan.ts';

/** The state folder, the binaries and the containers' socket as the node's processes see them. */
export const insideNode = {
  state: '/run/conclave',
  binaries: '/run/conclave-binaries',
  containerd: '/run/containerd/containerd.sock',
} as const;

/** The real node's name. */
export const nodeName = 'conclave-node';

/** The image of the process that holds a pod's namespaces, made by the instance itself. */
export const pauseImage = 'localhost/conclave/pause:1';

/** How many GPUs the real node says it has. */
export const realNodeGpus = '8';

/**
 * Where NodeLocal DNSCache answers in clusters that have it: the node's DNS, at an address that NetworkPolicies can name,
 * since it is no pod that they could select.
 */
export const nodeLocalDns = '169.254.20.10';

/** The netfilter queue of new connections from and to pods. */
export const policyQueue = 100;

/** What the files depend on. */
export interface NodeSettings {
  readonly network: NetworkPlan;
  /** The folder with the CNI plugins. */
  readonly cniPlugins: string;
  /** How containerd keeps images: overlayfs, or native where the state folder is itself on an overlay. */
  readonly snapshotter: 'overlayfs' | 'native';
  /** The cgroup under which the pods' cgroups are, from the hierarchies' root. */
  readonly cgroup: string;
}

/** File name → content, for the instance's configuration folder. */
export function renderNodeConfiguration(settings: NodeSettings): Readonly<Record<string, string>> {
  return {
    'containerd.toml': renderContainerd(settings),
    'cni/10-pods.conflist': json(renderPodNetwork(settings.network)),
    'kubelet.yaml': json(renderKubelet(settings)),
    'kube-proxy.yaml': json(renderKubeProxy(settings.network)),
    'audit-policy.yaml': json(auditPolicy),
  };
}

const json = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`;

function renderContainerd({ cniPlugins, snapshotter }: NodeSettings): string {
  return `version = 2
root = "/var/lib/containerd"
state = "/run/containerd"
oom_score = 0

[grpc]
  address = "${insideNode.containerd}"

[plugins."io.containerd.internal.v1.opt"]
  path = "/var/lib/containerd/opt"

[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${pauseImage}"
  # Without CAP_SYS_RESOURCE (containers, small virtual machines) every sandbox would fail.
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "${cniPlugins}"
    conf_dir = "${insideNode.state}/conf/cni"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "${snapshotter}"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
`;
}

function renderPodNetwork({ realPodSubnet }: NetworkPlan): unknown {
  // Every packet of a pod is routed: what a bridge hands from pod to pod passes the firewall on some machines only.
  const pointToPoint = {
    type: 'ptp',
    ipam: {
      type: 'host-local',
      dataDir: '/run/cni/addresses',
      ranges: [[{ subnet: realPodSubnet }]],
      routes: [{ dst: '0.0.0.0/0' }],
    },
  };
  return {
    cniVersion: '1.0.0',
    name: 'pods',
    plugins: [pointToPoint, { type: 'portmap', capabilities: { portMappings: true } }],
  };
}

function renderKubelet({ cgroup }: NodeSettings): unknown {
  const pki = `${insideNode.state}/pki`;
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: `${pki}/ca.crt` },
    },
    authorization: { mode: 'Webhook' },
    tlsCertFile: `${pki}/kubelet.crt`,
    tlsPrivateKeyFile: `${pki}/kubelet.key`,
    containerRuntimeEndpoint: `unix://${insideNode.containerd}`,
    cgroupDriver: 'cgroupfs',
    cgroupRoot: cgroup,
    failCgroupV1: false,
    failSwapOn: false,
    clusterDomain: 'cluster.local',
    clusterDNS: [nodeLocalDns],
    resolvConf: `${insideNode.state}/conf/resolv.conf`,
    maxPods: 250,
    podLogsDir: '/var/log/pods',
    volumePluginDir: '/var/lib/kubelet/volume-plugins',
    serializeImagePulls: false,
    // A machine with a nearly full disk must neither evict pods nor delete images: they cannot be pulled again.
    evictionHard: {
      'memory.available': '50Mi',
      'nodefs.available': '0%',
      'nodefs.inodesFree': '0%',
      'imagefs.available': '0%',
    },
    imageGCHighThresholdPercent: 100,
    healthzBindAddress: '127.0.0.1',
  };
}

function renderKubeProxy({ podSubnet }: NetworkPlan): unknown {
  return {
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    mode: 'iptables',
    hostnameOverride: nodeName,
    clientConnection: { kubeconfig: `${insideNode.state}/conf/kube-proxy.kubeconfig` },
    clusterCIDR: podSubnet,
    healthzBindAddress: '127.0.0.1:10256',
    metricsBindAddress: '127.0.0.1:10249',
    // The sizes and timeouts of the connection table are the machine's; the node leaves them alone.
    conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: '0s', tcpCloseWaitTimeout: '0s' },
  };
}

/** Every write by whom, reads by clients, and all that the operator asks; not the chatter of the components themselves. */
const auditPolicy = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived'],
  rules: [
    { level: 'None', nonResourceURLs: ['/healthz*', '/livez*', '/readyz*', '/metrics', '/openapi*'] },
    { level: 'Metadata', users: ['system:serviceaccount:conclave-system:conclave-operator'] },
    {
      level: 'None',
      resources: [
        { group: '', resources: ['events'] },
        { group: 'events.k8s.io', resources: ['events'] },
        { group: 'coordination.k8s.io', resources: ['leases'] },
      ],
    },
    {
      level: 'None',
      userGroups: ['system:nodes', 'system:serviceaccounts:kube-system'],
      verbs: ['get', 'list', 'watch'],
    },
    {
      level: 'None',
      users: [
        ...['kwok', 'coredns', 'kube-network-policies'],
        ...['system:kube-controller-manager', 'system:kube-scheduler', 'system:kube-proxy'],
      ],
      verbs: ['get', 'list', 'watch'],
    },
    {
      level: 'None',
      users: ['system:apiserver'],
    },
    { level: 'Metadata' },
  ],
};
