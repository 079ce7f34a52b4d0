/** What pods reach while the NetworkPolicies of Conclave are in force, and what the same pods reach without them. */
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { E2eCluster, root, type WorkItem } from './e2e-cluster.ts';

const cluster = new E2eCluster('network');
const elsewhere = `${cluster.namespace}-elsewhere`;
const program = (name: string) => readFileSync(join(root, 'test/e2e/fixtures', name), 'utf8');
const [reach, listen] = [program('reach.py'), program('listen.py')];

/** A pod that takes connections: what another pod reaches or does not. */
interface Listener {
  readonly name: string;
  readonly namespace: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly ports: readonly { readonly containerPort: number; readonly name?: string }[];
}

const http = [{ containerPort: 8080 }];
const listeners: readonly Listener[] = [
  { name: 'neighbour', namespace: cluster.namespace, ports: http },
  { name: 'model', namespace: cluster.namespace, labels: { 'conclave.dev/model': 'any' }, ports: http },
  { name: 'stranger', namespace: elsewhere, ports: http },
  {
    ...{ name: `operator-of-${cluster.namespace}`, namespace: 'conclave-system' },
    ports: [{ containerPort: 9090, name: 'health' }, { containerPort: 8081 }],
  },
  { name: `dns-of-${cluster.namespace}`, namespace: 'kube-system', ports: [{ containerPort: 53 }, ...http] },
];

const podOf = ({ name, namespace, labels, ports }: Listener) => ({
  ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace, labels } },
  spec: {
    ...{ terminationGracePeriodSeconds: 0, automountServiceAccountToken: false },
    securityContext: {
      ...{ runAsNonRoot: true, runAsUser: 65532, seccompProfile: { type: 'RuntimeDefault' } },
      sysctls: [{ name: 'net.ipv4.ip_unprivileged_port_start', value: '0' }],
    },
    containers: [
      {
        ...{ name: 'listener', image: 'localhost/conclave-runtime:dev', imagePullPolicy: 'Never', ports },
        command: ['python3', '-c', listen, ...ports.map(({ containerPort }) => String(containerPort))],
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
        readinessProbe: { tcpSocket: { port: ports[0]!.containerPort }, periodSeconds: 1 },
      },
    ],
  },
});

type Targets = Readonly<Record<string, readonly [string, number | null]>>;
interface Pod {
  readonly name: string;
  readonly namespace: string;
  readonly container: string;
}

/** The names of the targets that a pod reaches. */
function reachedBy({ name, namespace, container }: Pod, among: Targets): readonly string[] {
  const command = ['python3', '-c', reach, JSON.stringify(among)];
  return JSON.parse(cluster.run('kubectl', ['-n', namespace, 'exec', name, '-c', container, '--', ...command])) as [];
}

const addressOf = (kind: string, name: string, namespace: string, path: string) =>
  cluster.run('kubectl', ['-n', namespace, 'get', kind, name, '-o', `jsonpath={${path}}`]);
const podAddress = (name: string, namespace: string) => addressOf('pod', name, namespace, '.status.podIP');

interface ListedPod {
  readonly metadata: { readonly name: string };
  readonly status: Readonly<Record<string, readonly { readonly name: string; readonly state: object }[] | undefined>>;
}

/** The pod of a WorkItem, once its container runs. */
async function podOfWorkItem(workItem: string, container: string): Promise<Pod> {
  const running = () => {
    const text = cluster.kubectl('get', 'pods', `-l=conclave.dev/work-item=${workItem}`, '-o', 'json');
    const { items } = JSON.parse(text) as { items: readonly ListedPod[] };
    return items.find(({ status: { initContainerStatuses = [], containerStatuses = [] } }) =>
      [...initContainerStatuses, ...containerStatuses].some(
        ({ name, state }) => name === container && 'running' in state,
      ),
    );
  };
  const found = await vi.waitUntil(running, { timeout: 60_000, interval: 500 });
  return { name: found.metadata.name, namespace: cluster.namespace, container };
}

const outside: Server = createServer();
const stranger: Pod = { name: 'stranger', namespace: elsewhere, container: 'listener' };
let ofProgram: Pod;
let ofImage: Pod;
let targets: Targets;
let everything: readonly string[];

beforeAll(async () => {
  await cluster.start();
  cluster.run('kubectl', ['create', 'namespace', elsewhere]);
  const items = listeners.map(podOf);
  cluster.run('kubectl', ['create', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  cluster.kubectl('apply', '-f', join(root, 'test/e2e/fixtures/reaching.yaml'));
  await new Promise<void>((resolve) => outside.listen(0, resolve));
  for (const { name, namespace } of listeners)
    cluster.run('kubectl', ['-n', namespace, 'wait', '--for=condition=Ready', `pod/${name}`, '--timeout=60s']);
  [ofProgram, ofImage] = await Promise.all([podOfWorkItem('program', 'code'), podOfWorkItem('image', 'method')]);
  targets = findTargets();
  everything = Object.keys(targets);
}, 900_000);

afterAll(() => {
  outside.close();
  for (const { name, namespace } of listeners)
    cluster.try('kubectl', ['-n', namespace, 'delete', 'pod', name, '--wait=false']);
  cluster.try('kubectl', ['delete', 'namespace', elsewhere, '--wait=false']);
  cluster.stop();
});

function findTargets(): Targets {
  const [neighbour, model, strange, operator, dns] = listeners.map(({ name, namespace }) =>
    podAddress(name, namespace),
  );
  const node = addressOf('node', 'conclave-node', 'default', '.status.addresses[0].address');
  const machine = node.replace(/\d+$/, '1');
  return {
    apiServer: [addressOf('service', 'kubernetes', 'default', '.spec.clusterIP'), 443],
    node: [node, 10_250],
    machine: [machine, (outside.address() as { port: number }).port],
    neighbour: [neighbour!, 8080],
    model: [model!, 8080],
    stranger: [strange!, 8080],
    operator: [operator!, 9090],
    operatorBeside: [operator!, 8081],
    server: ['conclave-server.conclave-system.svc', 8443],
    serverMetrics: [podAddress('conclave-server-0', 'conclave-system'), 9090],
    names: ['kubernetes.default.svc', null],
    dnsPod: [dns!, 53],
    dnsPodBeside: [dns!, 8080],
  };
}

/** The chart's policy for the agents of the namespace; those for operator and server are in the release. */
function applyAgentPolicy(): void {
  const values = ['--set', `networkPolicies.agentNamespaces={${cluster.namespace}}`];
  const only = ['--show-only', 'templates/network-policies.yaml', '--namespace', 'conclave-system'];
  const rendered = cluster.run('helm', ['template', 'conclave', join(root, 'charts/conclave'), ...only, ...values]);
  cluster.run('kubectl', ['apply', '-l', 'app.kubernetes.io/name=conclave', '-f', '-'], rendered);
}

/** Has the release's policy for the operator select the pod that listens in its place. */
function standForOperator(): void {
  const label = 'app.kubernetes.io/name=conclave-operator';
  cluster.run('kubectl', ['-n', 'conclave-system', 'label', 'pod', `operator-of-${cluster.namespace}`, label]);
}

/** Takes connections in the pod of an attempt; resolves with a target that is that pod. */
function listenIn({ name, namespace, container }: Pod): Targets {
  const start = `python3 -c "$0" 8080 </dev/null >/dev/null 2>&1 & sleep 1`;
  cluster.run('kubectl', ['-n', namespace, 'exec', name, '-c', container, '--', 'sh', '-c', start, listen]);
  return { pod: [podAddress(name, namespace), 8080] };
}

describe('a pod that no policy holds', () => {
  it('reaches all of it: what is closed below is closed by a policy', () => {
    expect(reachedBy(ofImage, targets)).toEqual(everything);
    expect(reachedBy(stranger, targets)).toEqual(everything);
    expect(reachedBy(stranger, listenIn(ofImage))).toEqual(['pod']);
  });
});

describe('the pod of a program', () => {
  it('reaches DNS and the server, and nothing else, even where the program’s filter does not count', () => {
    expect(reachedBy(ofProgram, targets)).toEqual(['server', 'names', 'dnsPod']);
  });

  it('is reached by nobody', () => {
    const pod = listenIn(ofProgram);
    expect(reachedBy(ofProgram, pod)).toEqual(['pod']);
    expect(reachedBy(stranger, pod)).toEqual([]);
    expect(reachedBy(ofImage, pod)).toEqual([]);
  });
});

describe('with the policies of the chart', () => {
  beforeAll(() => {
    applyAgentPolicy();
    standForOperator();
  });

  it('agents and images reach DNS, the server and Models of their namespace, and nothing else', async () => {
    await expect
      .poll(() => reachedBy(ofImage, targets), { timeout: 20_000 })
      .toEqual(['model', 'server', 'names', 'dnsPod']);
  });

  it('they are reached by nobody', () => {
    expect(reachedBy(stranger, { pod: [podAddress(ofImage.name, ofImage.namespace), 8080] })).toEqual([]);
  });

  it('the operator is reached at its metrics and probes alone, the server at 8443 too', () => {
    const closed = new Set(['operatorBeside']);
    expect(reachedBy(stranger, targets)).toEqual(everything.filter((name) => !closed.has(name)));
  });

  it('the results of both come back', () => {
    for (const { name, container } of [ofProgram, ofImage])
      cluster.kubectl('exec', name, '-c', container, '--', 'touch', '/tmp/end');
    const ended: ReadonlyMap<string, WorkItem> = cluster.endedWorkItems(60);
    // What is too large for its pod's last message has come by the server.
    const brought = { outputs: { sockets: 'EPERM' }, steps: [{ outputsRef: { sizeBytes: expect.any(Number) } }] };
    expect(ended.get('program')?.status).toMatchObject({ phase: 'Succeeded', ...brought });
    expect(ended.get('image')?.status).toMatchObject({ phase: 'Succeeded', outputs: { done: true } });
  });
});
