/** What holds when the chart is installed, upgraded and removed on a real cluster, with work under way. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { S3Server } from '../../hack/versitygw/s3-server.ts';
import { addOneTo, chart, ChartRelease, sets, slowly, system, workItemOf } from './chart-release.ts';
import { type E2eCluster, root } from './e2e-cluster.ts';
import { describeUpgrade, hasEarlier } from './upgrade-tests.ts';

/** Where a release is tried: namespaces that it may be held to, and the name of a volume that is made for its server. */
export interface ReleaseWorld {
  readonly cluster: E2eCluster;
  readonly watched: readonly [string, string];
  readonly volume: string;
}

/** A run of two pods, the first of which takes its time. */
const slowRun = (name: string) =>
  workItemOf(name, {
    steps: [
      { name: 'first', ...slowly(20) },
      { name: 'second', ...addOneTo('first') },
    ],
    outputs: { b: { from: '{{second.b}}' } },
  });

/** A folder of the node as a volume that the server's user may write. */
function makeVolume(cluster: E2eCluster, volume: string): void {
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

/** Installs, upgrades and removes it on a cluster that has its images and nothing else. */
export function testRelease({ cluster, watched, volume }: ReleaseWorld): void {
  const here = new ChartRelease(cluster);
  const onVolume = sets({ 'server.persistence.storageClassName': volume });
  const values = [...sets({ 'image.tag': 'dev' }), ...onVolume];
  const running = 'jsonpath={.status.phase}=Running';

  beforeAll(() => makeVolume(cluster, volume));

  it('is installed, and says what to do next', () => {
    const notes = here.bring('install', chart, ...values);
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
    const holder = () => inSystem('get', 'lease', 'conclave-operator', '-o', 'jsonpath={.spec.holderIdentity}');
    const log = () => inSystem('logs', holder());
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
    here.wait('hello-ann', 'condition=Succeeded');
    expect(here.workItem('hello-ann').status.outputs).toEqual({ message: 'HELLO, ANN!' });
  });

  it('keeps what a WorkItem delivers', () => {
    cluster.kubectl('apply', '-f', join(root, 'config/samples/late-deliveries.yaml'));
    here.wait('late-deliveries-october', 'condition=Succeeded');
    expect(here.workItem('late-deliveries-october').status.outputs).toMatchObject({ late: 6 });
  });

  // An upgrade from an earlier release shows it as well, where there is one.
  it.skipIf(hasEarlier)('loses nothing of a run under way when every pod of it is replaced', () => {
    here.create(slowRun('during-upgrade'));
    here.wait('during-upgrade', running);
    here.bring(
      'upgrade',
      chart,
      ...values,
      ...sets({ 'operator.podAnnotations.round': 'two', 'server.podAnnotations.round': 'two' }),
    );
    here.wait('during-upgrade', 'condition=Succeeded');
    expect(here.workItem('during-upgrade').status.outputs).toEqual({ b: 2 });
    expect(here.attemptsOf('during-upgrade')).toEqual([1, 1]);
  });

  it('leaves what people made when it is removed, and a second one goes on with it', async () => {
    here.create(slowRun('during-removal'));
    here.wait('during-removal', running);
    const crds = () => cluster.run('kubectl', ['get', '-f', join(root, 'crds'), '-o', 'name']);
    const before = crds();
    expect(here.uninstall()).toContain('kept due to the resource policy');
    expect(crds()).toBe(before);
    expect(here.workItem('hello-ann').status.phase).toBe('Succeeded');
    expect(cluster.run('kubectl', ['get', 'clusterroles,validatingadmissionpolicies', '-o', 'name'])).not.toContain(
      'conclave',
    );

    here.bring('install', chart, ...values);
    here.wait('during-removal', 'condition=Succeeded');
    expect(here.workItem('during-removal').status.outputs).toEqual({ b: 2 });
    expect(here.attemptsOf('during-removal')).toEqual([1, 1]);
    await cluster.openArtifacts();
    const delivered = here.workItem('late-deliveries-october');
    expect(cluster.download(delivered, delivered.status.outputs?.['table']).toString()).toContain('\n');
  });

  it('takes over what a release of another name has left', () => {
    here.uninstall();
    const install = ['install', 'other', chart, ...system, ...values, '--wait', '--timeout', '4m'];
    expect(cluster.try('helm', install).stderr).toContain('invalid ownership metadata');
    here.uninstall('other');
    cluster.run('helm', [...install, '--take-ownership']);
    expect(here.workItem('hello-ann').status.phase).toBe('Succeeded');
    here.uninstall('other');
  });

  describeUpgrade(cluster, onVolume);

  describe('in namespaces that are named, and with a bucket', () => testNamespaced(cluster, watched, onVolume));
}

/** With rights in some namespaces alone, and artifacts in S3. */
function testNamespaced(cluster: E2eCluster, watched: readonly [string, string], onVolume: readonly string[]): void {
  const [there, alsoThere] = [new ChartRelease(cluster, watched[0]), new ChartRelease(cluster, watched[1])];
  const elsewhere = new ChartRelease(cluster);
  const sample = (name: string) => ['-f', join(root, 'config/samples', name)];
  let s3: S3Server;

  beforeAll(async () => {
    const metadata = { name: 'bucket', namespace: 'conclave-system' };
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata, stringData: S3Server.credentials };
    cluster.run('kubectl', ['apply', '-f', '-'], JSON.stringify(secret));
    // Last, so that it is taken down whenever it was started.
    s3 = await S3Server.start(cluster.hostAddress());
    return () => s3.stop();
  });

  it('works where it may, with rights there alone', () => {
    const values = {
      ...{ 'image.tag': 'dev', 'rbac.scope': 'namespaced', watchNamespaces: `{${watched.join()}}` },
      ...{ 'server.s3.bucket': s3.bucket, 'server.s3.endpoint': s3.endpoint, 'server.s3.credentialsSecret': 'bucket' },
    };
    there.bring('install', chart, '--take-ownership', ...sets(values), ...onVolume);
    const may = (namespace: string) =>
      cluster.try('kubectl', ['auth', 'can-i', 'list', 'pods', '-n', namespace, '--as', operator]).stdout.trim();
    expect([...watched, cluster.namespace].map(may)).toEqual(['yes', 'yes', 'no']);
    elsewhere.create(slowRun('not-watched'));
    alsoThere.kubectl('apply', ...sample('hello.yaml'), ...sample('hello-run.yaml'));
    there.kubectl('apply', ...sample('late-deliveries.yaml'));
    alsoThere.wait('hello-ann', 'condition=Succeeded');
    there.wait('late-deliveries-october', 'condition=Succeeded');
    expect(elsewhere.workItem('not-watched').status).toBeUndefined();
  });

  it('keeps artifacts in the bucket, where they outlive the pod that took them', async () => {
    const inSystem = new ChartRelease(cluster, 'conclave-system');
    inSystem.kubectl('delete', 'pod', 'conclave-server-0');
    inSystem.kubectl('rollout', 'status', 'statefulset/conclave-server', '--timeout=120s');
    await cluster.openArtifacts();
    const delivered = there.workItem('late-deliveries-october');
    const table = delivered.status.outputs?.['table'];
    expect(readdirSync(join(s3.bucketFolder, 'artifacts/sha256'))).toContain(String(table).replace('sha256:', ''));
    expect(cluster.download(delivered, table).toString()).toContain('\n');
  });
}

const operator = 'system:serviceaccount:conclave-system:conclave-operator';
