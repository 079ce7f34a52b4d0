/** Names of services and pods inside the cluster: CoreDNS on the node, behind the usual kube-dns service. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { applyObject } from './api-request.ts';
import { coreDns } from './component-commands.ts';
import { ensureComponent, waitForComponent } from './node.ts';
import type { NetworkPlan } from './network-plan.ts';
import { insideNode, nodeLocalDns } from './node-configuration.ts';
import { hasOutsideLink } from './outside-link.ts';
import type { Instance } from './start-components.ts';

const readyPort = 8181;
const labels = { 'k8s-app': 'kube-dns', 'kubernetes.io/name': 'CoreDNS' };

/** CoreDNS's configuration: names outside are handed on only where the node has a way outside. */
export function renderCorefile(network: NetworkPlan, hasWayOutside: boolean): string {
  const forward = hasWayOutside ? `  forward . ${network.outsideResolver}\n` : '';
  return `.:53 {
  bind ${network.nodeAddress} ${nodeLocalDns}
  errors
  ready ${network.nodeAddress}:${readyPort}
  kubernetes cluster.local in-addr.arpa ip6.arpa {
    kubeconfig ${insideNode.state}/conf/coredns.kubeconfig conclave
    pods insecure
    ttl 5
    fallthrough in-addr.arpa ip6.arpa
  }
${forward}  cache 5
}
`;
}

/** The service at the address that pods ask; CoreDNS is no pod, so its endpoint is written down here. */
export function dnsObjects({ dnsServiceAddress, nodeAddress }: NetworkPlan): { path: string; object: unknown }[] {
  const ports = ['UDP', 'TCP'].map((protocol) => ({
    name: protocol === 'UDP' ? 'dns' : 'dns-tcp',
    protocol,
    port: 53,
  }));
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'kube-dns', namespace: 'kube-system', labels },
    spec: { clusterIP: dnsServiceAddress, ports },
  };
  const endpoints = {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: 'kube-dns',
      namespace: 'kube-system',
      labels: { ...labels, 'kubernetes.io/service-name': 'kube-dns' },
    },
    addressType: 'IPv4',
    endpoints: [{ addresses: [nodeAddress], conditions: { ready: true } }],
    ports,
  };
  return [
    { path: '/api/v1/namespaces/kube-system/services/kube-dns', object: service },
    { path: '/apis/discovery.k8s.io/v1/namespaces/kube-system/endpointslices/kube-dns', object: endpoints },
  ];
}

/** Starts CoreDNS and its service, until it has seen the cluster's services. */
export async function ensureClusterDns(instance: Instance): Promise<void> {
  const { paths, network, init, api } = instance;
  writeFileSync(join(paths.configuration, 'Corefile'), renderCorefile(network, hasOutsideLink()));
  await ensureComponent(paths, init, coreDns(instance));
  for (const { path, object } of dnsObjects(network)) await applyObject(api, path, object);
  const ready = `http://${network.nodeAddress}:${readyPort}/ready`;
  await waitForComponent(paths, init, 'coredns', async () => {
    const answer = await fetch(ready, { signal: AbortSignal.timeout(1_000) }).catch(() => undefined);
    await answer?.arrayBuffer();
    return answer?.ok ?? false;
  });
}
