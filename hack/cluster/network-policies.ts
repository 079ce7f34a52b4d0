/** NetworkPolicies that hold: the node's firewall asks a program about each new connection from or to a pod. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { applyObject } from './api-request.ts';
import { ClusterError } from './cluster-error.ts';
import { networkPolicies } from './component-commands.ts';
import type { NetworkPlan } from './network-plan.ts';
import { ensureComponent, enterNode, runInNode, waitForComponent } from './node.ts';
import { nodeLocalDns, policyQueue } from './node-configuration.ts';
import type { InstancePaths } from './paths.ts';
import { tryCommand } from './run-command.ts';
import type { Instance } from './start-components.ts';

const chain = 'NETWORK-POLICIES';
const program = 'kube-network-policies';

/**
 * The firewall's rules, for iptables-restore: what pods send each other, the machine and networks outside is forwarded;
 * what they send the node comes in. What the node itself sends, such as the kubelet's probes, is never asked about.
 */
export function renderPolicyRules({ realPodSubnet }: NetworkPlan): string {
  return [
    // Questions for two addresses of a name leave at once from one port, which older kernels mix up while both wait in
    // a queue (https://bugzilla.netfilter.org/show_bug.cgi?id=1766) unless nobody tracks them.
    '*raw',
    `-A PREROUTING -d ${nodeLocalDns} -p udp --dport 53 -j CT --notrack`,
    `-A OUTPUT -s ${nodeLocalDns} -p udp --sport 53 -j CT --notrack`,
    'COMMIT',
    '*mangle',
    `:${chain} -`,
    `-A ${chain} -m conntrack --ctstate ESTABLISHED,RELATED -j RETURN`,
    `-A ${chain} -s ${realPodSubnet} -j NFQUEUE --queue-num ${policyQueue}`,
    `-A ${chain} -d ${realPodSubnet} -j NFQUEUE --queue-num ${policyQueue}`,
    `-A FORWARD -j ${chain}`,
    `-A INPUT -j ${chain}`,
    'COMMIT\n',
  ].join('\n');
}

/** What the program may do. */
export function policyReaderObjects(): { path: string; object: unknown }[] {
  const api = 'rbac.authorization.k8s.io';
  const head = (kind: string) => ({ apiVersion: `${api}/v1`, kind, metadata: { name: program } });
  const verbs = ['list', 'watch'];
  const rules = [
    { apiGroups: [''], resources: ['pods', 'namespaces'], verbs },
    { apiGroups: ['networking.k8s.io'], resources: ['networkpolicies'], verbs },
  ];
  const subjects = [{ apiGroup: api, kind: 'User', name: program }];
  const roleRef = { apiGroup: api, kind: 'ClusterRole', name: program };
  const path = (plural: string) => `/apis/${api}/v1/${plural}/${program}`;
  return [
    { path: path('clusterroles'), object: { ...head('ClusterRole'), rules } },
    { path: path('clusterrolebindings'), object: { ...head('ClusterRoleBinding'), subjects, roleRef } },
  ];
}

/**
 * Refuses a cluster from before NetworkPolicies held: the program has no kubeconfig there, and a firewall that asks a program
 * which cannot run lets no connection of a pod begin. @throws ClusterError that says how to replace the cluster
 */
export function demandPolicyReader({ configuration, name }: InstancePaths): void {
  if (existsSync(join(configuration, `${program}.kubeconfig`))) return;
  throw new ClusterError(`cluster '${name}' is from before NetworkPolicies held in it, and cannot take them up`, {
    hint: `replace it: ./hack/down --instance ${name}, then ./hack/up again`,
  });
}

/** Starts the program and has the firewall ask it, until it answers; while it does not, no connection begins. */
export async function ensureNetworkPolicies(instance: Instance): Promise<void> {
  const { paths, network, init, api } = instance;
  demandPolicyReader(paths);
  // kube-proxy holds the firewall's lock now and then.
  const known = await tryCommand('nsenter', [...enterNode(init), 'iptables', '--wait', '-t', 'mangle', '-S', chain]);
  if (known.status !== 0)
    await runInNode(init, ['iptables-restore', '--wait', '--noflush'], renderPolicyRules(network));
  for (const { path, object } of policyReaderObjects()) await applyObject(api, path, object);
  await ensureComponent(paths, init, networkPolicies(instance));
  await waitForComponent(paths, init, program, () => Promise.resolve(isAnswered(init)));
}

/** Whether a program listens to the queue: the kernel has a line for each that is listened to, its number first. */
function isAnswered(init: number): boolean {
  const queues = readFileSync(`/proc/${init}/net/netfilter/nfnetlink_queue`, 'utf8');
  return queues.split('\n').some((line) => line.trim().split(/\s+/)[0] === String(policyQueue));
}
