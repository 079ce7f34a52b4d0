import { X509Certificate } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as components from './component-commands.ts';
import { renderCorefile } from './cluster-dns.ts';
import { writeInstanceFiles } from './instance-files.ts';
import { planNetwork } from './network-plan.ts';
import { insideNode } from './node-configuration.ts';
import { instancePaths } from './paths.ts';

const home = mkdtempSync(join(tmpdir(), 'conclave-files-'));
const paths = instancePaths('a', home);
const network = planNetwork(7);
const settings: components.ComponentSettings = { network, binaries: { kube: 'k', kwok: 'w', coredns: 'c' } };
const allCommands = [
  components.etcd(settings),
  components.apiServer(settings),
  components.controllerManager(settings),
  components.scheduler(settings),
  components.containerd(),
  components.kubelet(settings),
  components.kubeProxy(settings),
  components.coreDns(settings),
  components.networkPolicies(settings),
  components.kwok(settings),
];

beforeAll(async () => {
  await writeInstanceFiles(paths, network, { cniPlugins: '/usr/lib/cni' });
});
afterAll(() => {
  rmSync(home, { recursive: true });
});

const read = (...path: string[]): string => readFileSync(join(paths.folder, ...path), 'utf8');
const certificate = (name: string): X509Certificate => new X509Certificate(read('pki', `${name}.crt`));

/** Written only when they are needed. */
const writtenLater = ['conf/Corefile', 'conf/stages.yaml', 'log/audit.log'];

describe('the files of an instance', () => {
  it('are all there that command lines and configuration name', () => {
    const configuration = ['kubelet.yaml', 'kube-proxy.yaml', 'containerd.toml'].map((name) => read('conf', name));
    const text = [
      ...allCommands.flatMap(({ command }) => command),
      ...configuration,
      renderCorefile(network, true),
    ].join('\n');
    const named = [...text.matchAll(new RegExp(`${insideNode.state}/([\\w./-]+\\w)`, 'g'))].map(
      ([, name = '']) => name,
    );
    expect(named.length).toBeGreaterThan(20);
    const missing = named.filter((name) => !writtenLater.includes(name) && !existsSync(join(paths.folder, name)));
    expect(missing).toEqual([]);
  });

  it('keep secrets from other users', () => {
    for (const file of ['admin.kubeconfig', 'conf/kubelet.kubeconfig']) {
      expect(statSync(join(paths.folder, file)).mode & 0o077).toBe(0);
    }
    expect(statSync(paths.certificates).mode & 0o077).toBe(0);
  });

  it('lead the administrator to the node, and the components inside it to themselves', () => {
    const serverOf = (text: string): string =>
      (JSON.parse(text) as { clusters: { cluster: { server: string } }[] }).clusters[0]!.cluster.server;
    expect(serverOf(read('admin.kubeconfig'))).toBe(`https://${network.nodeAddress}:6443`);
    expect(serverOf(read('conf/kube-scheduler.kubeconfig'))).toBe('https://127.0.0.1:6443');
  });
});

describe('the certificates', () => {
  it('are signed by the instance’s own authority', () => {
    const authority = certificate('ca');
    expect(authority.ca).toBe(true);
    for (const name of ['server', 'admin', 'kubelet', 'kubelet-client', 'kwok']) {
      expect(certificate(name).verify(authority.publicKey)).toBe(true);
      expect(certificate(name).checkIssued(authority)).toBe(true);
    }
  });

  it('name the API server by each address that it is called', () => {
    for (const address of ['127.0.0.1', network.apiServiceAddress, network.nodeAddress]) {
      expect(certificate('server').checkIP(address)).toBe(address);
    }
    expect(certificate('server').checkHost('kubernetes.default.svc')).toBeDefined();
  });

  it('make the kubelet the node that NodeRestriction lets write', () => {
    expect(certificate('kubelet').subject).toBe('O=system:nodes\nCN=system:node:conclave-node');
  });

  it('have serial numbers of their own', () => {
    const serials = ['server', 'admin', 'kubelet', 'kwok'].map((name) => certificate(name).serialNumber);
    expect(new Set(serials).size).toBe(serials.length);
  });

  it('stay as they are when the files are written again', async () => {
    const before = read('pki/server.crt');
    await writeInstanceFiles(paths, network, { cniPlugins: '/usr/lib/cni' });
    expect(read('pki/server.crt')).toBe(before);
  });
});

describe('the command lines', () => {
  it('give no flag twice', () => {
    for (const { name, command } of allCommands) {
      const flags = command.filter((word) => word.startsWith('--')).map((word) => word.split('=')[0]);
      expect(new Set(flags).size, name).toBe(flags.length);
    }
  });

  it('listen to the world nowhere but at the API server, which the machine and pods call', () => {
    const open = allCommands.filter(({ command }) => command.some((word) => word.includes('0.0.0.0')));
    expect(open.map(({ name }) => name)).toEqual(['kube-apiserver']);
  });
});
