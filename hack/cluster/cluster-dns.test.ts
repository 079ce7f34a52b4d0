import { describe, expect, it } from 'vitest';
import { dnsObjects, renderCorefile } from './cluster-dns.ts';
import { planNetwork } from './network-plan.ts';

const network = planNetwork(2);

describe('renderCorefile', () => {
  it('hands names outside on only where there is a way outside', () => {
    expect(renderCorefile(network, true)).toContain(`forward . ${network.outsideResolver}`);
    expect(renderCorefile(network, false)).not.toContain('forward');
  });
});

describe('dnsObjects', () => {
  it('put the service at the address that pods are told, and its endpoint on the node', () => {
    const [service, endpoints] = dnsObjects(network).map(({ object }) => object);
    expect(service).toMatchObject({ spec: { clusterIP: network.dnsServiceAddress } });
    expect(endpoints).toMatchObject({
      metadata: { labels: { 'kubernetes.io/service-name': 'kube-dns' } },
      endpoints: [{ addresses: [network.nodeAddress] }],
    });
  });
});
