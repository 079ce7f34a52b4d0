/**
 * What `conclave doctor` finds on a real API server. What it expects has names of its own, in a group that nobody else serves, so
 * that faults can be planted and no other test of the cluster notices.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dump, load, loadAll } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { modelKind, type Model } from '../src/api/model.ts';
import { resourceTypeOf } from '../src/cmd/resource-types.ts';
import type { Finding } from '../src/cli/doctor/finding.ts';
import { choosePolicies, readPolicyManifest } from '../src/core/decision/policy-manifest.ts';
import { leases } from '../src/kube/lease.ts';
import { policyType } from '../src/kube/policy-access.ts';
import type { KubeObject, ResourceType } from '../src/kube/resource-type.ts';
import { runCommandLine } from '../src/testing/run-command-line.ts';
import { CliWorld } from './cli-world.ts';
import { readPolicies } from './install-policies.ts';
import { ignoreGone } from './played-node.ts';
import { testKubeconfig } from './test-cluster.ts';
import { until } from './work-items.ts';

type Loose = KubeObject & { readonly spec: Record<string, unknown> };

const cluster = (group: string, kind: string, plural: string): ResourceType<Loose> => ({
  ...{ group, version: 'v1', kind, plural, namespaced: false },
});
const crdType = cluster('apiextensions.k8s.io', 'CustomResourceDefinition', 'customresourcedefinitions');
const nodeType = cluster('', 'Node', 'nodes');
const rbac = 'rbac.authorization.k8s.io';
const rightsTypes: Readonly<Record<string, ResourceType<Loose>>> = {
  ClusterRole: cluster(rbac, 'ClusterRole', 'clusterroles'),
  ClusterRoleBinding: cluster(rbac, 'ClusterRoleBinding', 'clusterrolebindings'),
  Role: { ...cluster(rbac, 'Role', 'roles'), namespaced: true },
  RoleBinding: { ...cluster(rbac, 'RoleBinding', 'rolebindings'), namespaced: true },
};
const statefulSetType: ResourceType<Loose> = { ...cluster('apps', 'StatefulSet', 'statefulsets'), namespaced: true };
const configMapType: ResourceType = { ...cluster('', 'ConfigMap', 'configmaps'), namespaced: true };
const modelType = resourceTypeOf<Model>(modelKind);

const root = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'shipped-'));

let world: CliWorld;
let crd: Loose;
let policies: readonly Loose[];
let rights: readonly Loose[];

/** Everything that is shipped, under names of the test's own. */
function ship(suffix: string): void {
  const group = `${suffix}.example`;
  crd = load(read('crds/conclave.dev_tenants.yaml').replaceAll('conclave.dev', group)) as Loose;
  policies = choosePolicies(readPolicies().flatMap((manifest) => readPolicyManifest(manifest) ?? [])).map(
    ({ kind, name, spec }) => ({
      ...{ apiVersion: 'admissionregistration.k8s.io/v1', kind, metadata: { name: `${name}-${suffix}` } },
      spec: JSON.parse(
        JSON.stringify(spec)
          .replaceAll('"apiGroups":["conclave.dev"]', `"apiGroups":["${group}"]`)
          .replace(/"policyName":"([^"]+)"/, `"policyName":"$1-${suffix}"`),
      ) as Record<string, unknown>,
    }),
  );
  rights = (loadAll(read('config/rbac/operator.yaml')) as Loose[])
    .filter(({ kind }) => kind in rightsTypes)
    .map((manifest) => rename(manifest, suffix));
  mkdirSync(join(folder, 'crds'));
  mkdirSync(join(folder, 'config/policies'), { recursive: true });
  mkdirSync(join(folder, 'config/rbac'));
  writeFileSync(join(folder, 'crds/one.yaml'), dump(crd));
  writeFileSync(join(folder, 'config/policies/all.yaml'), policies.map((policy) => dump(policy)).join('---\n'));
  writeFileSync(join(folder, 'config/rbac/operator.yaml'), rights.map((manifest) => dump(manifest)).join('---\n'));
}

/** Roles of the cluster would be others' too. */
function rename(manifest: Loose, suffix: string): Loose {
  const text = JSON.stringify(manifest)
    .replaceAll('"namespace":"conclave-system"', `"namespace":"${world.namespace}"`)
    .replaceAll(/("kind":"ClusterRole","name":"[^"]+)"/g, `$1-${suffix}"`);
  const renamed = JSON.parse(text) as Loose;
  if (!manifest.kind.startsWith('Cluster')) return renamed;
  return { ...renamed, metadata: { ...renamed.metadata, name: `${renamed.metadata.name}-${suffix}` } };
}

const install = {
  crd: () => world.client.apply(crdType, crd, { force: true }),
  policies: async () => {
    for (const policy of policies) await world.client.apply(policyType(policy.kind as never), policy, { force: true });
  },
  rights: async () => {
    for (const manifest of rights) await world.client.apply(rightsTypes[manifest.kind]!, manifest, { force: true });
  },
  lease: (ageMs = 0, holderIdentity = 'operator-1') => {
    const renewTime = new Date(Date.now() - ageMs).toISOString().replace('Z', '000Z');
    const metadata = { name: 'conclave-operator', namespace: world.namespace };
    const spec = { holderIdentity, leaseDurationSeconds: 3600, renewTime };
    return world.client.apply(
      leases,
      { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec } as KubeObject,
      { force: true },
    );
  },
  server: async (replicas = 1) => {
    const image = await pauseImage();
    const labels = { app: 'conclave-server' };
    const container = { name: 'server', image, imagePullPolicy: 'Never' };
    await world.client.apply(
      statefulSetType,
      {
        ...{ apiVersion: 'apps/v1', kind: 'StatefulSet' },
        metadata: { name: 'conclave-server', namespace: world.namespace },
        spec: {
          replicas,
          selector: { matchLabels: labels },
          template: { metadata: { labels }, spec: { containers: [container], terminationGracePeriodSeconds: 0 } },
        },
      } as KubeObject,
      { force: true },
    );
  },
  authorities: () =>
    world.client.apply(
      configMapType,
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'conclave-ca', namespace: world.namespace } },
      { force: true },
    ),
};

/** What nodes hold pods together with: it is there, and runs for ever. */
async function pauseImage(): Promise<string> {
  for await (const node of world.client.list(nodeType)) {
    const { images = [] } = (node as unknown as { status: { images?: { names: string[] }[] } }).status;
    const found = images.flatMap(({ names }) => names).find((name) => /\/pause:/.test(name));
    if (found !== undefined) return found;
  }
  throw new Error('no node has the image of pause');
}

const remove = (type: ResourceType, name: string, more: object = { namespace: world.namespace }) =>
  world.client.delete(type, { name, ...(type.namespaced ? more : {}) }).catch(ignoreGone);

async function addModel(name: string, spec: object, ready: 'True' | 'False'): Promise<void> {
  const metadata = { name, namespace: world.namespace };
  await world.client.create(modelType, { apiVersion: 'conclave.dev/v1alpha1', kind: 'Model', metadata, spec } as Model);
  const condition = { type: 'Ready', status: ready, reason: 'Unreachable', message: 'nobody answers' };
  await world.recordOf(modelType, name, { conditions: [{ ...condition, lastTransitionTime: '2026-11-29T10:00:00Z' }] });
}

const flags = () => ['--system-namespace', world.namespace, '-n', world.namespace];
async function examine(kubeconfig = testKubeconfig()) {
  const words = ['doctor', '--kubeconfig', kubeconfig, ...flags(), '-o', 'json'];
  const { exitCode, out } = await runCommandLine(words, '', folder);
  return { exitCode, ...(JSON.parse(out) as { healthy: boolean; findings: Finding[] }) };
}

beforeAll(async () => {
  world = await CliWorld.start();
  ship(world.namespace);
  await Promise.all([
    install.crd(),
    install.policies(),
    install.rights(),
    install.lease(),
    install.server(),
    install.authorities(),
  ]);
  await until('the installation is whole', async () => (await examine()).healthy);
});
afterAll(async () => {
  await remove(crdType, crd.metadata.name);
  for (const policy of policies) await remove(policyType(policy.kind as never), policy.metadata.name);
  for (const manifest of rights) await remove(rightsTypes[manifest.kind]!, manifest.metadata.name);
  await world.stop();
  rmSync(folder, { recursive: true });
});

/** The first policy and the first binding, by what follows the name. */
const ofKind = (ending: RegExp) => policies.find(({ kind }) => ending.test(kind))!;
const operatorRole = () =>
  rights.find(({ kind, metadata }) => kind === 'ClusterRole' && /^conclave-operator-cli/.test(metadata.name))!;

interface Fault {
  readonly plant: () => Promise<unknown>;
  readonly mend: () => Promise<unknown>;
  readonly check: string;
  readonly says: RegExp;
}

const endpoint = { modelName: 'm', endpoint: { url: 'http://models.example' } };

const faults: Readonly<Record<string, Fault>> = {
  'a CRD that is missing': {
    ...{ check: 'CRDs', says: /^tenants\.cli-.* is (missing|being deleted)/ },
    ...{ plant: () => remove(crdType, crd.metadata.name), mend: () => install.crd() },
  },
  'a CRD of another version': {
    ...{ check: 'CRDs', says: /is of another version than this program: they differ at .*description/ },
    plant: () =>
      world.client.apply(
        crdType,
        JSON.parse(JSON.stringify(crd).replace('"openAPIV3Schema":{"description":"', '$&Other: ')) as Loose,
        {
          force: true,
        },
      ),
    mend: () => install.crd(),
  },
  'a CRD that serves another version': {
    ...{ check: 'CRDs', says: /serves v2, and this program speaks v1alpha1/ },
    plant: () => {
      const [version] = crd.spec['versions'] as [object];
      const versions = [
        { ...version, served: false },
        { ...version, name: 'v2', storage: false },
      ];
      return world.client.patch(crdType, crd.metadata, { merge: { spec: { versions } } });
    },
    mend: () => world.client.patch(crdType, crd.metadata, { merge: { spec: crd.spec } }),
  },
  'a policy that is missing': {
    ...{ check: 'policies', says: /^ValidatingAdmissionPolicy conclave-decisions-cli-\S+ is not installed/ },
    plant: () => remove(policyType('ValidatingAdmissionPolicy'), ofKind(/^ValidatingAdmissionPolicy$/).metadata.name),
    mend: () => install.policies(),
  },
  'a policy that was edited': {
    ...{ check: 'policies', says: /is not as it is shipped: spec\.failurePolicy is "Ignore", not "Fail"/ },
    plant: () =>
      world.client.patch(policyType('ValidatingAdmissionPolicy'), ofKind(/^ValidatingAdmissionPolicy$/).metadata, {
        merge: { spec: { failurePolicy: 'Ignore' } },
      }),
    mend: () => install.policies(),
  },
  'a binding that only warns': {
    ...{ check: 'policies', says: /^ValidatingAdmissionPolicyBinding .* is not as it is shipped/ },
    plant: () =>
      world.client.patch(
        policyType('ValidatingAdmissionPolicyBinding'),
        ofKind(/^ValidatingAdmissionPolicyBinding$/).metadata,
        { merge: { spec: { validationActions: ['Warn'] } } },
      ),
    mend: () => {
      // Applying does not take away what somebody has added to a set.
      const { metadata, spec } = ofKind(/^ValidatingAdmissionPolicyBinding$/);
      return world.client.patch(policyType('ValidatingAdmissionPolicyBinding'), metadata, { merge: { spec } });
    },
  },
  'an operator whose role is not bound': {
    ...{
      check: "the operator's rights",
      says: /conclave-operator may not get, list, watch pipelines\.conclave\.dev; .*and \d+ more$/,
    },
    plant: () => {
      const binding = rights.find(({ kind }) => kind === 'ClusterRoleBinding')!;
      return remove(rightsTypes['ClusterRoleBinding']!, binding.metadata.name);
    },
    mend: () => install.rights(),
  },
  'an operator with one right less': {
    ...{ check: "the operator's rights", says: /conclave-operator may not get pods\/log$/ },
    plant: () => {
      const { rules } = operatorRole() as unknown as { rules: { resources: string[] }[] };
      const fewer = rules.filter(({ resources }) => !resources.includes('pods/log'));
      return world.client.patch(rightsTypes['ClusterRole']!, operatorRole().metadata, { merge: { rules: fewer } });
    },
    mend: () => install.rights(),
  },
  'an operator that is gone': {
    ...{ check: 'operator', says: /^operator-1 led and has not been heard of for \d+ s/ },
    ...{ plant: () => install.lease(7_200_000), mend: () => install.lease() },
  },
  'no operator at all': {
    ...{ check: 'operator', says: /^no operator leads/ },
    ...{ plant: () => remove(leases, 'conclave-operator'), mend: () => install.lease() },
  },
  'a server without a pod': {
    ...{ check: 'server', says: /^conclave-server: 0 of 0 replicas are available/ },
    ...{ plant: () => install.server(0), mend: () => install.server() },
  },
  'authorities that nobody told': {
    ...{ check: 'server', says: /^there is no ConfigMap conclave-ca/ },
    ...{ plant: () => remove(configMapType, 'conclave-ca'), mend: () => install.authorities() },
  },
  'a Model that does not answer': {
    ...{ check: 'Models', says: /\/silent is not ready: Unreachable: nobody answers/ },
    ...{ plant: () => addModel('silent', endpoint, 'False'), mend: () => remove(modelType, 'silent') },
  },
  'a Model for GPUs that no node has': {
    ...{ check: 'GPUs', says: /^no node has example\.com\/none, which the Model cli-\S+\/large asks for/ },
    plant: () => {
      const resources = { gpu: 1, gpuResourceName: 'example.com/none' };
      return addModel('large', { modelName: 'm', dedicated: { image: 'vllm', source: 'm', resources } }, 'True');
    },
    mend: () => remove(modelType, 'large'),
  },
};

describe('conclave doctor', () => {
  test('finds nothing wrong with a whole installation', async () => {
    const { exitCode, healthy, findings } = await examine();
    expect({ exitCode, healthy }).toEqual({ exitCode: 0, healthy: true });
    expect(new Set(findings.map(({ check }) => check)).size).toBe(9);
    const { out } = await runCommandLine(['doctor', '--kubeconfig', testKubeconfig(), ...flags()], '', folder);
    expect(out).toMatch(/^ok {7}CRDs: the 1 CRDs are those of this program$/m);
    expect(out).toMatch(/\nnothing failed\n$/);
  });

  test.each(Object.entries(faults))('finds %s', async (_, { plant, mend, check, says }) => {
    await plant();
    const failedOf = async () => (await examine()).findings.filter(({ result }) => result === 'failed');
    try {
      await until('it is found', async () => (await failedOf()).some(({ message }) => says.test(message)), 20_000);
      const { exitCode, findings } = await examine();
      const failed = findings.filter(({ result }) => result === 'failed');
      expect({ exitCode, checks: [...new Set(failed.map((finding) => finding.check))] }).toEqual({
        ...{ exitCode: 1, checks: [check] },
      });
      expect(failed.every(({ hint }) => (hint ?? '').length > 0)).toBe(true);
    } finally {
      await mend();
    }
    await until('it is mended', async () => (await mend(), (await failedOf()).length === 0), 60_000);
  });

  test('calls unknown what one may not read, and tells what one may not do oneself', async () => {
    await world.add('vera', { verbs: [], clusterRoles: ['conclave-viewer'] });
    const { exitCode, findings } = await examine(world.kubeconfigOf('vera'));
    const resultOf = (check: string) => findings.find((finding) => finding.check === check)?.result;
    expect(exitCode).toBe(0);
    expect(['CRDs', "the operator's rights", 'operator', 'GPUs'].map(resultOf)).toEqual(Array(4).fill('unknown'));
    expect(findings.filter(({ check }) => check === 'your rights')).toContainEqual({
      ...{ check: 'your rights', result: 'warning' },
      message: `you may not create workitems in ${world.namespace}: needed for run, replay`,
      hint: 'ask for a RoleBinding to the ClusterRole conclave-editor',
    });
    await world.add('mallory', { verbs: [] });
    expect(await examine(world.kubeconfigOf('mallory'))).toMatchObject({ exitCode: 1, healthy: false });
  });

  test('says that this program itself is broken', async () => {
    const { exitCode, err } = await runCommandLine(['doctor', '--kubeconfig', testKubeconfig()], '', '/nowhere');
    expect(exitCode).toBe(2);
    expect(err).toContain('what is shipped with this program cannot be read');
  });
});
