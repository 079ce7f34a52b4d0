import { labelNames } from './labels.ts';

/** Value of the label `conclave.dev/network` of Pods that reach the server and nothing else. */
export const programNetwork = 'server';

/** The policy that holds the Pods of users' programs in one namespace. */
export interface NetworkPolicyManifest {
  readonly apiVersion: 'networking.k8s.io/v1';
  readonly kind: 'NetworkPolicy';
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: object;
}

/** NodeLocal DNSCache and Cloud DNS of GKE, where a cluster has one: they are no Pods that a selector could find. */
const dnsOutsideOfPods = ['169.254.20.10/32', '169.254.169.254/32'].map((cidr) => ({ ipBlock: { cidr } }));
const dnsPorts = [
  { protocol: 'UDP', port: 53 },
  { protocol: 'TCP', port: 53 },
];
/** Artifacts, events and agents' traffic. Metrics are at another port, and nothing to programs. */
const serverPorts = [{ protocol: 'TCP', port: 8443 }];
const podsOf = (namespace: string, labels?: Readonly<Record<string, string>>) => ({
  namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
  ...(labels === undefined ? {} : { podSelector: { matchLabels: labels } }),
});

/**
 * Pods that run users' programs are reached by nobody and reach DNS and the server, which the container needs that collects
 * the result. The program itself has no sockets at all: the launcher's filter sees to that, and this policy is what holds
 * when that fails.
 */
export function renderNetworkPolicy(namespace: string, serverNamespace: string): NetworkPolicyManifest {
  return {
    ...{ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy' },
    metadata: { name: 'conclave-programs', namespace },
    spec: {
      podSelector: { matchLabels: { [labelNames.network]: programNetwork } },
      policyTypes: ['Ingress', 'Egress'],
      egress: [
        { to: [podsOf(serverNamespace, { 'app.kubernetes.io/name': 'conclave-server' })], ports: serverPorts },
        { to: [podsOf('kube-system'), ...dnsOutsideOfPods], ports: dnsPorts },
      ],
    },
  };
}
