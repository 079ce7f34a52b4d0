/** Writes everything an embedded instance needs to know before its first process starts. */
import { mkdirSync, statfsSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeCertificates, renderKubeconfig, type CertificateRequest } from './certificates.ts';
import { cgroupOf } from './cgroups.ts';
import type { NetworkPlan } from './network-plan.ts';
import { nodeName, renderNodeConfiguration } from './node-configuration.ts';
import { renderResolver } from './outside-link.ts';
import type { InstancePaths } from './paths.ts';

/** The users whose kubeconfigs stand in the configuration folder, for the components inside the node. */
const componentUsers: readonly CertificateRequest[] = [
  { name: 'kube-controller-manager', subject: '/CN=system:kube-controller-manager' },
  { name: 'kube-scheduler', subject: '/CN=system:kube-scheduler' },
  { name: 'kube-proxy', subject: '/CN=system:kube-proxy' },
  { name: 'coredns', subject: '/O=system:masters/CN=coredns' },
  { name: 'kube-network-policies', subject: '/CN=kube-network-policies' },
  { name: 'kwok', subject: '/O=system:masters/CN=kwok' },
];

/** OVERLAYFS_SUPER_MAGIC of linux/magic.h; the kernel mounts no overlay on an overlay. */
const overlayFileSystem = 0x794c7630;

function certificateRequests({ apiServiceAddress, nodeAddress }: NetworkPlan): CertificateRequest[] {
  const serverNames = ['localhost', 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc'];
  return [
    {
      name: 'server',
      subject: '/CN=kube-apiserver',
      alternativeNames: [
        ...['127.0.0.1', apiServiceAddress, nodeAddress].map((address) => `IP:${address}`),
        ...[...serverNames, 'kubernetes.default.svc.cluster.local'].map((name) => `DNS:${name}`),
      ],
    },
    { name: 'admin', subject: '/O=system:masters/CN=admin' },
    { name: 'kubelet-client', subject: '/O=system:masters/CN=kube-apiserver-kubelet-client' },
    {
      name: 'kubelet',
      subject: `/O=system:nodes/CN=system:node:${nodeName}`,
      alternativeNames: [`IP:${nodeAddress}`, `DNS:${nodeName}`],
    },
    ...componentUsers,
  ];
}

/** Certificates, kubeconfigs and configuration files; what exists is kept, except configuration, which is rewritten. */
export async function writeInstanceFiles(
  paths: InstancePaths,
  network: NetworkPlan,
  { cniPlugins }: { cniPlugins: string },
): Promise<void> {
  await makeCertificates(paths.certificates, certificateRequests(network));
  const snapshotter = statfsSync(paths.folder).type === overlayFileSystem ? 'native' : 'overlayfs';
  const files: Record<string, string> = {
    ...renderNodeConfiguration({ network, cniPlugins, snapshotter, cgroup: cgroupOf(paths.name) }),
    'resolv.conf': renderResolver(network),
  };
  for (const { name } of [...componentUsers, { name: 'kubelet' }]) {
    files[`${name}.kubeconfig`] = renderKubeconfig(paths.certificates, name, 'https://127.0.0.1:6443');
  }
  for (const [name, content] of Object.entries(files)) {
    const file = join(paths.configuration, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content, { mode: 0o600 });
  }
  const admin = renderKubeconfig(paths.certificates, 'admin', `https://${network.nodeAddress}:6443`);
  writeFileSync(paths.adminKubeconfig, admin, { mode: 0o600 });
}
