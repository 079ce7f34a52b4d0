/** The chart: rendered with many values, refused with bad ones, and installed, upgraded and removed on a real cluster. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadAll } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chart, sets, system } from './chart-release.ts';
import { E2eCluster, root } from './e2e-cluster.ts';
import { testRelease } from './release-tests.ts';

const cluster = new E2eCluster('chart', { alone: true });
const watched = [`${cluster.namespace}-watched`, `${cluster.namespace}-watched-too`] as const;
const volume = `${cluster.namespace}-volume`;

beforeAll(() => {
  cluster.startBare();
  cluster.try('helm', ['uninstall', 'conclave', ...system, '--ignore-not-found', '--wait']);
  // Whatever the chart makes runs under the strictest standard.
  const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
  for (const metadata of [{ name: 'conclave-system', labels }, ...watched.map((name) => ({ name }))])
    cluster.run('kubectl', ['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata }));
  cluster.run('kubectl', ['apply', '-f', join(root, 'test/e2e/fixtures/service-monitors.yaml')]);
}, 1_200_000);

afterAll(() => {
  cluster.try('helm', ['uninstall', 'conclave', ...system, '--ignore-not-found', '--wait']);
  cluster.kubectl('delete', 'workitems,pipelines', '--all', '--ignore-not-found');
  for (const crds of [join(root, 'crds'), join(root, 'test/e2e/fixtures/service-monitors.yaml')])
    cluster.run('kubectl', ['delete', '-f', crds, '--ignore-not-found']);
  cluster.run('kubectl', ['delete', 'namespace', 'conclave-system', ...watched]);
  cluster.run('kubectl', ['delete', 'persistentvolume', volume, '--ignore-not-found']);
  cluster.stop();
}, 300_000);

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

const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { readonly version: string };
const digest = `sha256:${'0'.repeat(64)}`;
const everything = {
  'metrics.serviceMonitor.enabled': 'true',
  'metrics.serviceMonitor.labels.release': 'prometheus',
  'metrics.dashboards.enabled': 'true',
  'metrics.dashboards.annotations.folder': 'work',
  'flowControl.priorityLevel.create': 'true',
  'networkPolicies.agentNamespaces': `{${watched.join()}}`,
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
const namespaced = { 'rbac.scope': 'namespaced', watchNamespaces: `{${watched.join()}}` };
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
    expect(image({})).toEqual([`localhost/conclave:${version}`, `localhost/conclave-runtime:${version}`]);
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

  it('says what is lost without a volume', () => {
    const values = sets({ 'server.persistence.enabled': 'false' });
    const said = cluster.run('helm', ['install', 'conclave', chart, ...system, ...values, '--dry-run=client']);
    expect(said).toContain('server.persistence.enabled is false: artifacts and events are lost');
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

  it('the same rights within each namespace where they end there', () => {
    const manifests = read(render(namespaced));
    const rulesOf = (kind: string, name: string, namespace?: string) =>
      manifests
        .filter((each) => each.kind === kind && each.metadata.name === name && each.metadata.namespace === namespace)
        .flatMap((each) => body(each).rules);
    for (const name of ['conclave-operator', 'conclave-server']) {
      const whole = body(rendered().get(`ClusterRole /${name}`)!).rules;
      for (const namespace of watched)
        expect([...rulesOf('ClusterRole', name), ...rulesOf('Role', name, namespace)].sort()).toEqual(whole);
      const everywhere = rulesOf('ClusterRole', name).flatMap(
        (rule) => (JSON.parse(rule) as { apiGroups: string[] }).apiGroups,
      );
      const known = ['admissionregistration.k8s.io', 'authentication.k8s.io', 'authorization.k8s.io'];
      expect(everywhere.filter((group) => !known.includes(group))).toEqual([]);
    }
    const bound = manifests.filter(({ kind }) => kind === 'ClusterRoleBinding').map(({ metadata }) => metadata.name);
    expect(bound).toEqual(['conclave-operator', 'conclave-server']);
    const boundIn = (namespace: string) =>
      manifests.filter(({ kind, metadata }) => kind === 'RoleBinding' && metadata.namespace === namespace);
    const names = ['conclave-operator', 'conclave-operator-delegation', 'conclave-server'];
    for (const namespace of watched)
      expect(
        boundIn(namespace)
          .map(({ metadata }) => metadata.name)
          .sort(),
      ).toEqual(names);
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
    [
      'a namespace twice',
      ['rbac.scope=namespaced', 'watchNamespaces={a,a}'],
      "at '/watchNamespaces': items at 0 and 1",
    ],
    ['no namespace', ['rbac.scope=namespaced'], "Say: --set 'watchNamespaces={my-team}'"],
    ['a namespace for nothing', ['watchNamespaces={a}'], 'Say: --set rbac.scope=namespaced'],
    ['credentials for nothing', ['server.s3.credentialsSecret=a'], 'Say: --set server.s3.bucket=NAME'],
    [
      'a bucket without a volume',
      ['server.s3.bucket=a', 'server.persistence.enabled=false'],
      'With a bucket the server needs its volume, too',
    ],
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

describe('a release', () => testRelease({ cluster, watched, volume }));
