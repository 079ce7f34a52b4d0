/** The chart: rendered with many values, refused with bad ones, and installed, upgraded and removed on a real cluster. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadAll } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { E2eCluster, root, type WorkItem } from './e2e-cluster.ts';

const cluster = new E2eCluster('chart');
const chart = join(root, 'charts/conclave');
const system = ['--namespace', 'conclave-system'] as const;
const watched = `${cluster.namespace}-watched`;
const volume = `${cluster.namespace}-volume`;

beforeAll(() => {
  cluster.startBare();
  for (const name of ['conclave-system', watched]) cluster.run('kubectl', ['create', 'namespace', name]);
  // Whatever the chart makes runs under the strictest standard.
  const restricted = 'pod-security.kubernetes.io/enforce=restricted';
  cluster.run('kubectl', ['label', 'namespace', 'conclave-system', restricted]);
  cluster.run('kubectl', ['apply', '-f', join(root, 'test/e2e/fixtures/service-monitors.yaml')]);
}, 1_200_000);

afterAll(() => {
  cluster.try('helm', ['uninstall', 'conclave', ...system, '--ignore-not-found', '--wait']);
  cluster.kubectl('delete', 'workitems,pipelines', '--all', '--ignore-not-found');
  for (const crds of [join(root, 'crds'), join(root, 'test/e2e/fixtures/service-monitors.yaml')])
    cluster.run('kubectl', ['delete', '-f', crds, '--ignore-not-found']);
  cluster.run('kubectl', ['delete', 'namespace', 'conclave-system', watched]);
  cluster.run('kubectl', ['delete', 'persistentvolume', volume, '--ignore-not-found']);
  cluster.stop();
}, 300_000);

const sets = (values: Readonly<Record<string, string>>) =>
  Object.entries(values).flatMap(([path, value]) => ['--set', `${path}=${value}`]);
const onCluster = ['admissionregistration.k8s.io/v1/MutatingAdmissionPolicy', 'monitoring.coreos.com/v1'];

const render = (values: Readonly<Record<string, string>>, apis: readonly string[] = onCluster) =>
  cluster.run('helm', [
    ...['template', 'conclave', chart, ...system, ...sets(values)],
    ...apis.flatMap((api) => ['--api-versions', api]),
  ]);

interface Manifest {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

const read = (text: string) => (loadAll(text) as readonly (Manifest | null)[]).filter((document) => document !== null);
const readFiles = (...paths: readonly string[]) =>
  paths.flatMap((path) => read(readFileSync(join(root, path), 'utf8')));
const filesIn = (folder: string) => readdirSync(join(root, folder)).map((name) => `${folder}/${name}`);
const keyOf = ({ kind, metadata: { namespace = '', name } }: Manifest) => `${kind} ${namespace}/${name}`;

const digest = `sha256:${'0'.repeat(64)}`;
const everything = {
  'metrics.serviceMonitor.enabled': 'true',
  'metrics.serviceMonitor.labels.release': 'prometheus',
  'metrics.dashboards.enabled': 'true',
  'metrics.dashboards.annotations.folder': 'work',
  'flowControl.priorityLevel.create': 'true',
  'networkPolicies.agentNamespaces': `{${watched}}`,
  'networkPolicies.agentEgress[0].to[0].ipBlock.cidr': '10.1.0.0/16',
  'server.s3.bucket': 'artifacts',
  'server.s3.endpoint': 'https://s3.example.com',
  'server.s3.credentialsSecret': 'bucket',
  'commonLabels.team': 'platform',
};
const minimal = {
  'crds.enabled': 'false',
  'policies.enabled': 'false',
  'rbac.create': 'false',
  'rbac.peopleRoles': 'false',
  'networkPolicies.enabled': 'false',
  'flowControl.enabled': 'false',
  'priorityClass.create': 'false',
  'operator.replicas': '1',
  'operator.podDisruptionBudget.enabled': 'false',
  'server.persistence.enabled': 'false',
};
const own = {
  'image.repository': 'registry.example.com:5000/team/conclave',
  'image.digest': digest,
  'runtimeImage.repository': 'registry.example.com:5000/team/sandbox',
  'runtimeImage.tag': '2.0.1',
  'imagePullSecrets[0].name': 'pull',
  'operator.replicas': '3',
  'operator.extraArgs': '{--dns-server=10.0.0.10}',
  'operator.extraEnv[0].name': 'HTTPS_PROXY',
  'operator.extraEnv[0].value': 'http://proxy:3128',
  'operator.podLabels.tier': 'system',
  'operator.nodeSelector.pool': 'system',
  'operator.tolerations[0].key': 'pool',
  'operator.tolerations[0].operator': 'Exists',
  'operator.priorityClassName': 'system-cluster-critical',
  'operator.serviceAccount.annotations.role': 'operator',
  'server.persistence.storageClassName': 'fast',
  'server.persistence.size': '100Gi',
  'server.maxArtifactBytes': '107374182400',
};
const namespaced = { 'rbac.scope': 'namespaced', watchNamespaces: `{${watched}}` };
const allValues = { 'the defaults': {}, namespaced, everything, minimal, 'values of one’s own': own };

describe('the chart', () => {
  it('passes the strictest lint', () => {
    expect(cluster.run('helm', ['lint', '--strict', chart, ...system])).toContain('0 chart(s) failed');
  });

  it.each(Object.entries(allValues))('is accepted by the API server with %s', (_, values) => {
    const text = render(values);
    const made = cluster.run('kubectl', ['apply', '--server-side', '--dry-run=server', '-f', '-'], text);
    expect(made.trim().split('\n')).toHaveLength(read(text).length);
  });

  it('puts its labels on all that it makes, and those of one’s own', () => {
    for (const manifest of read(render(everything)))
      expect(manifest.metadata.labels, keyOf(manifest)).toMatchObject({
        'app.kubernetes.io/part-of': 'conclave',
        team: 'platform',
      });
  });

  it('says where images are by digest, and those of the sandbox beside that of the product', () => {
    const image = (values: Readonly<Record<string, string>>) => {
      const [, one, other] = /--image=(\S+)\n\s+- --runtime-image=(\S+)/.exec(render(values)) ?? [];
      return [one, other];
    };
    expect(image({})).toEqual(['localhost/conclave:0.1.0', 'localhost/conclave-runtime:0.1.0']);
    expect(image({ 'image.tag': 'dev' })).toEqual(['localhost/conclave:dev', 'localhost/conclave-runtime:dev']);
    const { 'image.repository': repository } = own;
    expect(image(own)).toEqual([`${repository}@${digest}`, 'registry.example.com:5000/team/sandbox:2.0.1']);
  });

  it('leaves the mutating policy out where the cluster has none, and nothing else', () => {
    const names = (apis: readonly string[]) => read(render({}, apis)).map(keyOf);
    const without = new Set(names([]));
    expect(names(onCluster).filter((name) => !without.has(name))).toEqual([
      'MutatingAdmissionPolicy /conclave-decisions',
      'MutatingAdmissionPolicyBinding /conclave-decisions',
    ]);
  });

  it('keeps the CustomResourceDefinitions unless it is told not to', () => {
    const kept = (values: Readonly<Record<string, string>>) =>
      new Set(
        read(render(values))
          .filter(({ kind }) => kind === 'CustomResourceDefinition')
          .map(({ metadata }) => metadata.annotations?.['helm.sh/resource-policy']),
      );
    expect(kept({})).toEqual(new Set(['keep']));
    expect(kept({ 'crds.keep': 'false' })).toEqual(new Set([undefined]));
  });

  it('holds no object of its own kinds, which could not be made before they are known', () => {
    const own = read(render(everything)).filter(({ apiVersion }) => String(apiVersion).startsWith('conclave.dev/'));
    expect(own).toEqual([]);
  });
});

describe('the chart installs what ./hack/run installs', () => {
  const rendered = () => new Map(read(render({})).map((manifest) => [keyOf(manifest), manifest]));
  const body = ({ apiVersion, spec, rules, roleRef, subjects, aggregationRule }: Manifest) => ({
    ...{ apiVersion, spec, roleRef, subjects, aggregationRule },
    rules: sorted((rules ?? []) as readonly object[]),
  });
  const sorted = (rules: readonly object[]) => rules.map((rule) => JSON.stringify(rule)).sort();

  it.each(['crds', 'config/policies'])('the same %s', (folder) => {
    const manifests = rendered();
    const sources = readFiles(...filesIn(folder));
    for (const source of sources) expect(body(manifests.get(keyOf(source))!), keyOf(source)).toEqual(body(source));
    const kinds = new Set(sources.map(({ kind }) => kind));
    const others = [...manifests.values()].filter(({ kind }) => kinds.has(kind)).map(keyOf);
    expect(new Set(others)).toEqual(new Set(sources.map(keyOf)));
  });

  it('the same rights, and no others', () => {
    const isRight = ({ kind }: Manifest) => /Role(Binding)?$/.test(kind);
    const rights = (manifests: readonly Manifest[]) =>
      new Map(manifests.filter(isRight).map((manifest) => [keyOf(manifest), body(manifest)]));
    const sources = readFiles('config/rbac/operator.yaml', 'config/rbac/roles.yaml', 'config/server/rbac.yaml');
    expect(rights([...rendered().values()])).toEqual(rights(sources));
  });

  it('reading aggregated to Kubernetes’ roles, and nothing else', () => {
    const aggregated = [...rendered().values()].filter(({ metadata }) =>
      Object.keys(metadata.labels ?? {}).some((label) => label.startsWith('rbac.authorization.k8s.io/aggregate-to-')),
    );
    expect(aggregated.map(keyOf)).toEqual(['ClusterRole /conclave-viewer']);
  });

  it('the same rights within a namespace where they end there', () => {
    const manifests = read(render(namespaced));
    const rulesOf = (kind: string, name: string) =>
      manifests.filter((each) => each.kind === kind && each.metadata.name === name).flatMap((each) => body(each).rules);
    for (const name of ['conclave-operator', 'conclave-server']) {
      const whole = body(rendered().get(`ClusterRole /${name}`)!).rules;
      expect([...rulesOf('ClusterRole', name), ...rulesOf('Role', name)].sort()).toEqual(whole);
      const everywhere = rulesOf('ClusterRole', name).flatMap(
        (rule) => (JSON.parse(rule) as { apiGroups: string[] }).apiGroups,
      );
      const known = ['admissionregistration.k8s.io', 'authentication.k8s.io', 'authorization.k8s.io'];
      expect(everywhere.filter((group) => !known.includes(group))).toEqual([]);
    }
    const bound = manifests.filter(({ kind }) => kind === 'ClusterRoleBinding').map(({ metadata }) => metadata.name);
    expect(bound).toEqual(['conclave-operator', 'conclave-server']);
  });

  it('the same server', () => {
    const [source] = readFiles('config/server/server.yaml').filter(({ kind }) => kind === 'StatefulSet');
    const pod = (manifest: Manifest) =>
      (manifest.spec as { template: { spec: Record<string, unknown> } }).template.spec;
    const ours = pod(rendered().get('StatefulSet conclave-system/conclave-server')!);
    const { containers, ...theirs } = pod(source!);
    const [{ image, args, ...container }] = containers as [{ image: unknown; args: unknown }];
    expect(image).toBeDefined();
    expect(args).toEqual(['--data', '/var/lib/conclave', '--tls-dir', '/etc/conclave/tls']);
    expect(ours).toMatchObject({ ...theirs, containers: [container] });
  });
});

describe('values that are wrong', () => {
  it.each([
    ['a word that is none', ['imag.tag=1'], "additional properties 'imag' not allowed"],
    ['a word that is none, deep inside', ['operator.resources.request.cpu=1'], "at '/operator/resources': additional"],
    ['no replica', ['operator.replicas=0'], "at '/operator/replicas': minimum: got 0, want 1"],
    ['a number that is none', ['operator.replicas=two'], "at '/operator/replicas': got string, want integer"],
    ['a scope that is none', ['rbac.scope=all'], "at '/rbac/scope': value must be one of 'cluster', 'namespaced'"],
    ['a level that is none', ['server.logLevel=loud'], "at '/server/logLevel': value must be one of 'debug', 'info'"],
    ['a digest that is none', ['image.digest=latest'], "at '/image/digest': 'latest' does not match"],
    ['a size that is none', ['server.persistence.size=big'], "at '/server/persistence/size': 'big' does not match"],
    ['a URL that is none', ['server.s3.endpoint=minio'], "at '/server/s3/endpoint': 'minio' does not match"],
    ['a label that is no text', ['operator.podLabels.a=1'], "at '/operator/podLabels/a': got number, want string"],
    ['two namespaces', ['rbac.scope=namespaced', 'watchNamespaces={a,b}'], "at '/watchNamespaces': maxItems: got 2"],
    ['no namespace', ['rbac.scope=namespaced'], "Say: --set 'watchNamespaces={my-team}'"],
    ['a namespace for nothing', ['watchNamespaces={a}'], 'Say: --set rbac.scope=namespaced'],
    ['credentials for nothing', ['server.s3.credentialsSecret=a'], 'Say: --set server.s3.bucket=NAME'],
    ['no Prometheus', ['metrics.serviceMonitor.enabled=true'], 'needs the CRDs of the Prometheus operator'],
  ])('are refused with what to do: %s', (_, values, message) => {
    const { status, stderr } = cluster.try('helm', [
      ...['template', 'conclave', chart, ...system],
      ...values.flatMap((value) => ['--set', value]),
    ]);
    expect(stderr).toContain(message);
    expect(status).toBe(1);
  });

  it('are a namespace that policies do not name, and a Kubernetes that is too old', () => {
    const elsewhere = cluster.try('helm', ['template', 'conclave', chart, '--namespace', 'elsewhere']);
    expect(elsewhere.stderr).toContain('Say: --namespace conclave-system --create-namespace');
    const old = cluster.try('helm', ['template', 'conclave', chart, ...system, '--kube-version', '1.33.0']);
    expect(old.stderr).toContain('chart requires kubeVersion: >=1.34.0-0');
  });
});

/** A run of two pods, the first of which takes its time. */
const slowRun = (name: string) => {
  const program = (content: string) => ({
    ...{ type: 'custom_code', runtime: 'python3' },
    code: { source: 'inline', content },
  });
  const first = program('import time\ndef execute(inputs):\n    time.sleep(20)\n    return {"a": 1}');
  const second = program('def execute(inputs):\n    return {"b": inputs["a"] + 1}');
  const steps = [
    { name: 'first', ...first, outputs: { a: 'a' } },
    { name: 'second', ...second, inputs: { a: { from: '{{first.a}}' } }, outputs: { b: 'b' } },
  ];
  const pipelineSpec = { steps, outputs: { b: { from: '{{second.b}}' } } };
  return JSON.stringify({
    apiVersion: 'conclave.dev/v1alpha1',
    kind: 'WorkItem',
    metadata: { name },
    spec: { pipelineSpec },
  });
};

/** A folder of the node as a volume that the server's user may write. */
function makeVolume(): void {
  const hostPath = { path: `/var/lib/${volume}`, type: 'DirectoryOrCreate' };
  const container = {
    ...{ name: 'own', image: 'localhost/conclave:dev', securityContext: { runAsUser: 0 } },
    command: ['node', '--eval', "require('fs').chownSync('/volume', 65532, 65532)"],
    volumeMounts: [{ name: 'volume', mountPath: '/volume' }],
  };
  const pod = {
    ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name: volume, namespace: cluster.namespace } },
    spec: { restartPolicy: 'Never', containers: [container], volumes: [{ name: 'volume', hostPath }] },
  };
  const persistent = {
    ...{ apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: volume } },
    spec: { capacity: { storage: '10Gi' }, accessModes: ['ReadWriteOnce'], storageClassName: volume, hostPath },
  };
  const items = [pod, persistent];
  cluster.run('kubectl', ['create', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  cluster.kubectl('wait', `pod/${volume}`, '--for=jsonpath={.status.phase}=Succeeded', '--timeout=120s');
}

describe('a release', () => {
  const values = sets({ 'image.tag': 'dev', 'server.persistence.storageClassName': volume });
  const release = (verb: string, ...more: string[]) =>
    cluster.run('helm', [verb, 'conclave', chart, ...system, ...values, ...more, '--wait', '--timeout', '4m']);
  const apply = (text: string) => cluster.run('kubectl', ['-n', cluster.namespace, 'create', '-f', '-'], text);
  const workItem = (name: string) => JSON.parse(cluster.kubectl('get', 'workitem', name, '-o', 'json')) as WorkItem;
  const wait = (name: string, what: string) =>
    cluster.kubectl('wait', `workitem/${name}`, `--for=${what}`, '--timeout=120s');
  const running = 'jsonpath={.status.phase}=Running';
  const attemptsOf = (name: string) => workItem(name).status.steps.map(({ attempts }) => attempts?.length);

  beforeAll(makeVolume);

  it('is installed, and says what to do next', () => {
    const notes = release('install');
    expect(notes).toContain('helm test conclave --namespace conclave-system');
  });

  it('passes its own test', () => {
    const said = cluster.run('helm', ['test', 'conclave', ...system, '--logs', '--timeout', '3m']);
    expect(said.match(/^ok: /gm)).toHaveLength(4);
  });

  it('has one replica that leads and one that stands by, and policies that decisions can rest on', async () => {
    const inSystem = (...args: string[]) => cluster.run('kubectl', ['-n', 'conclave-system', ...args]);
    const ready = inSystem('get', 'deployment', 'conclave-operator', '-o', 'jsonpath={.status.readyReplicas}');
    expect(ready).toBe('2');
    const holder = inSystem('get', 'lease', 'conclave-operator', '-o', 'jsonpath={.spec.holderIdentity}');
    const log = () => inSystem('logs', holder);
    await expect
      .poll(log, { timeout: 60_000, interval: 1_000 })
      .toContain('the policies that decisions rest on are in force');
  });

  it('has its Lease renewed before anything else, and its requests taken before most', () => {
    const flowOf = (...request: string[]) => {
      const { stderr } = cluster.try('kubectl', ['-n', 'conclave-system', ...request, '--as', operator, '-v=8']);
      return Array.from(stderr.matchAll(/X-Kubernetes-Pf-Flowschema-Uid: (\S+)/gi), ([, uid]) => uid).at(-1);
    };
    const uidOf = (name: string) =>
      cluster.run('kubectl', ['get', 'flowschema', name, '-o', 'jsonpath={.metadata.uid}']);
    expect(flowOf('get', 'lease', 'conclave-operator')).toBe(uidOf('conclave-leader-election'));
    expect(flowOf('get', 'workitems')).toBe(uidOf('conclave-operator'));
  });

  it('runs a WorkItem to its end', () => {
    cluster.kubectl(
      'apply',
      '-f',
      join(root, 'config/samples/hello.yaml'),
      '-f',
      join(root, 'config/samples/hello-run.yaml'),
    );
    wait('hello-ann', 'condition=Succeeded');
    expect(workItem('hello-ann').status.outputs).toEqual({ message: 'HELLO, ANN!' });
  });

  it('keeps what a WorkItem delivers', () => {
    cluster.kubectl('apply', '-f', join(root, 'config/samples/late-deliveries.yaml'));
    wait('late-deliveries-october', 'condition=Succeeded');
    expect(workItem('late-deliveries-october').status.outputs).toMatchObject({ late: 6 });
  });

  it('loses nothing of a run under way when it is upgraded and every pod of it is replaced', () => {
    apply(slowRun('during-upgrade'));
    wait('during-upgrade', running);
    release('upgrade', ...sets({ 'operator.podAnnotations.round': 'two', 'server.podAnnotations.round': 'two' }));
    wait('during-upgrade', 'condition=Succeeded');
    expect(workItem('during-upgrade').status.outputs).toEqual({ b: 2 });
    expect(attemptsOf('during-upgrade')).toEqual([1, 1]);
  });

  it('leaves what people made when it is removed, and a second one goes on with it', async () => {
    apply(slowRun('during-removal'));
    wait('during-removal', running);
    const crds = () => cluster.run('kubectl', ['get', '-f', join(root, 'crds'), '-o', 'name']);
    const before = crds();
    expect(cluster.run('helm', ['uninstall', 'conclave', ...system, '--wait'])).toContain(
      'kept due to the resource policy',
    );
    expect(crds()).toBe(before);
    expect(workItem('hello-ann').status.phase).toBe('Succeeded');
    expect(cluster.run('kubectl', ['get', 'clusterroles,validatingadmissionpolicies', '-o', 'name'])).not.toContain(
      'conclave',
    );

    release('install');
    wait('during-removal', 'condition=Succeeded');
    expect(workItem('during-removal').status.outputs).toEqual({ b: 2 });
    expect(attemptsOf('during-removal')).toEqual([1, 1]);
    await cluster.openArtifacts();
    const delivered = workItem('late-deliveries-october');
    expect(cluster.download(delivered, delivered.status.outputs?.['table']).toString()).toContain('\n');
  });

  it('takes over what a release of another name has left', () => {
    cluster.run('helm', ['uninstall', 'conclave', ...system, '--wait']);
    const install = ['install', 'other', chart, ...system, ...values, '--wait', '--timeout', '4m'];
    expect(cluster.try('helm', install).stderr).toContain('invalid ownership metadata');
    cluster.try('helm', ['uninstall', 'other', ...system, '--ignore-not-found', '--wait']);
    cluster.run('helm', [...install, '--take-ownership']);
    expect(workItem('hello-ann').status.phase).toBe('Succeeded');
    cluster.run('helm', ['uninstall', 'other', ...system, '--wait']);
  });

  it('works in one namespace with rights in that namespace alone', () => {
    const withoutVolume = { 'server.persistence.enabled': 'false' };
    const notes = release('install', '--take-ownership', ...sets({ ...namespaced, ...withoutVolume }));
    expect(notes).toContain('server.persistence.enabled is false: artifacts and events are lost');
    const may = (namespace: string) =>
      cluster.try('kubectl', ['auth', 'can-i', 'list', 'pods', '-n', namespace, '--as', operator]).stdout.trim();
    expect([may(watched), may(cluster.namespace)]).toEqual(['yes', 'no']);
    const files = ['hello.yaml', 'hello-run.yaml'].flatMap((name) => ['-f', join(root, 'config/samples', name)]);
    cluster.run('kubectl', ['-n', watched, 'apply', ...files]);
    const succeeded = ['--for=condition=Succeeded', '--timeout=120s'];
    cluster.run('kubectl', ['-n', watched, 'wait', 'workitem/hello-ann', ...succeeded]);
  });
});

const operator = 'system:serviceaccount:conclave-system:conclave-operator';
