/**
 * Whether the policies of a real API server are those that are shipped: what it fills in makes no difference, and whatever
 * somebody changes does. The policies have names of their own and guard a group that nobody serves, so that no other test of
 * the cluster notices.
 */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { DecisionPolicies, type PoliciesSeen } from '../src/controllers/decision-policies.ts';
import { comparePolicies, settleMs } from '../src/core/decision/policies-in-force.ts';
import { choosePolicies, type PolicyManifest, readPolicyManifest } from '../src/core/decision/policy-manifest.ts';
import type { KubeClient } from '../src/kube/client.ts';
import { connect } from '../src/kube/connect.ts';
import { PolicyAccess, policyType } from '../src/kube/policy-access.ts';
import type { KubeObject } from '../src/kube/resource-type.ts';
import { readPolicies } from './install-policies.ts';
import { testKubeconfig } from './test-cluster.ts';

const suffix = `-${randomUUID().slice(0, 8)}`;
const group = `conclave${suffix}.example`;

/** All that are shipped, under names of their own and for objects of their own; a mutating one too, even where none is shipped. */
const shipped: readonly PolicyManifest[] = [
  ...choosePolicies(readPolicies().flatMap((manifest) => readPolicyManifest(manifest) ?? [])),
  ...aMutatingPolicy(),
].map(({ kind, name, spec }) => ({
  ...{ kind, name: `${name}${suffix}` },
  spec: JSON.parse(
    JSON.stringify(spec)
      .replaceAll('"apiGroups":["conclave.dev"]', `"apiGroups":["${group}"]`)
      .replace(/"policyName":"([^"]+)"/, `"policyName":"$1${suffix}"`),
  ) as PolicyManifest['spec'],
}));

function aMutatingPolicy(): readonly PolicyManifest[] {
  const rule = { apiGroups: ['conclave.dev'], apiVersions: ['*'], operations: ['CREATE'], resources: ['workitems'] };
  const expression = "[JSONPatch{op: 'add', path: '/metadata/labels', value: {'a': 'b'}}]";
  const mutations = [{ patchType: 'JSONPatch', jsonPatch: { expression } }];
  const matchConstraints = { resourceRules: [rule] };
  return [
    {
      kind: 'MutatingAdmissionPolicy',
      name: 'stamp',
      spec: { reinvocationPolicy: 'Never', matchConstraints, mutations },
    },
    { kind: 'MutatingAdmissionPolicyBinding', name: 'stamp', spec: { policyName: 'stamp' } },
  ];
}

let admin: KubeClient;
let access: PolicyAccess;
/** Wrong by so much: tests need not wait until policies have settled. */
const aheadMs = settleMs + 60_000;

const manifestOf = ({ kind, name, spec }: PolicyManifest) =>
  ({ apiVersion: 'admissionregistration.k8s.io/v1', kind, metadata: { name }, spec }) as KubeObject;

const install = (policy: PolicyManifest) => admin.apply(policyType(policy.kind), manifestOf(policy), { force: true });

const remove = ({ kind, name }: PolicyManifest) => admin.delete(policyType(kind), { name }).catch(() => undefined); // a test may have removed it already

/** What the operator makes of the cluster, as if the policies had stood for a while. */
async function see(): Promise<PoliciesSeen> {
  const readings = await Promise.all(shipped.map((policy) => access.read(policy)));
  const found = readings.flatMap((reading) =>
    typeof reading === 'object' && 'found' in reading ? [reading.found] : [],
  );
  const verdict = comparePolicies(shipped, found, Date.now() + aheadMs);
  if ('epoch' in verdict) return verdict;
  const [problem] = verdict.problems;
  if (problem === undefined) throw new Error('no epoch, and no problem');
  return { problem };
}

async function epoch(): Promise<string> {
  const seen = await see();
  if ('problem' in seen) throw new Error(`${seen.problem.reason}: ${seen.problem.message}`);
  return seen.epoch;
}

const one = (kind: PolicyManifest['kind']) => {
  const found = shipped.find((policy) => policy.kind === kind);
  if (found === undefined) throw new Error(`no ${kind} is shipped`);
  return found;
};

/** A change of one of them by a JSON merge patch. */
const change = ({ kind, name }: PolicyManifest, spec: object) =>
  admin.patch(policyType(kind), { name }, { merge: { spec } });

beforeAll(async () => {
  ({ client: admin } = await connect({ kubeconfig: testKubeconfig(), version: 'test' }));
  access = new PolicyAccess(admin);
});
beforeEach(async () => {
  await Promise.all(shipped.map(install));
});
afterAll(async () => {
  await Promise.all(shipped.map(remove));
  await admin.close();
});

describe('the policies that decisions rest on', () => {
  it('are in force as soon as they are installed: what the API server fills in is no difference', async () => {
    const before = await epoch();
    expect(before).toMatch(/^sha256:/);
    await Promise.all(shipped.map(install));
    expect(await epoch()).toBe(before);
  });

  it('have no expression that the API server finds fault with', async () => {
    const policies = shipped.filter(({ kind }) => kind === 'ValidatingAdmissionPolicy');
    for (const policy of policies) {
      const type = policyType(policy.kind);
      await vi.waitFor(
        async () => {
          const { metadata, status } = (await admin.get(type, policy)) as KubeObject & {
            status?: { observedGeneration?: number };
          };
          expect(status?.observedGeneration).toBe(metadata.generation);
        },
        { timeout: 60_000, interval: 200 },
      );
      expect(await access.read(policy)).toMatchObject({ found: { typeWarnings: [] } });
    }
  });

  it.each(['ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding', 'MutatingAdmissionPolicy'] as const)(
    'are missing when a %s is deleted, and others once it is made anew',
    async (kind) => {
      const before = await epoch();
      await admin.delete(policyType(kind), one(kind));
      expect(await see()).toMatchObject({ problem: { reason: 'PoliciesMissing' } });
      await install(one(kind));
      expect(await epoch()).not.toBe(before);
    },
  );

  const edits: Record<string, { kind: PolicyManifest['kind']; spec: object; back: object }> = {
    'a binding that only audits': {
      kind: 'ValidatingAdmissionPolicyBinding',
      spec: { validationActions: ['Audit'] },
      back: { validationActions: ['Deny', 'Audit'] },
    },
    'a binding for some namespaces only': {
      kind: 'ValidatingAdmissionPolicyBinding',
      spec: { matchResources: { namespaceSelector: { matchLabels: { a: 'b' } } } },
      back: { matchResources: null },
    },
    'a policy whose failures are ignored': {
      kind: 'ValidatingAdmissionPolicy',
      spec: { failurePolicy: 'Ignore' },
      back: { failurePolicy: 'Fail' },
    },
    'a policy that exempts somebody': {
      kind: 'MutatingAdmissionPolicy',
      spec: { matchConditions: [{ name: 'nobody', expression: 'false' }] },
      back: { matchConditions: one('MutatingAdmissionPolicy').spec['matchConditions'] ?? null },
    },
  };
  it.each(Object.entries(edits))(
    'are changed by %s, and others once it is changed back',
    async (_, { kind, spec, back }) => {
      const before = await epoch();
      await change(one(kind), spec);
      expect(await see()).toMatchObject({ problem: { reason: 'PoliciesChanged' } });
      await change(one(kind), back);
      expect(await epoch()).not.toBe(before);
    },
  );

  it('are others after an edit that was undone before anybody looked', async () => {
    const before = await epoch();
    const validating = one('ValidatingAdmissionPolicy');
    await change(validating, { failurePolicy: 'Ignore' });
    await change(validating, { failurePolicy: 'Fail' });
    expect(await epoch()).not.toBe(before);
  });

  it('are the same when only their labels change', async () => {
    const before = await epoch();
    const { kind, name } = one('ValidatingAdmissionPolicy');
    await admin.patch(policyType(kind), { name }, { merge: { metadata: { labels: { team: 'a' } } } });
    expect(await epoch()).toBe(before);
  });

  it('settle before anything rests on them', async () => {
    const { kind, name } = one('ValidatingAdmissionPolicy');
    await admin.delete(policyType(kind), { name });
    await install(one(kind));
    let aheadOfNowMs = 0;
    const told: PoliciesSeen[] = [];
    const policies = new DecisionPolicies({
      expected: { manifests: shipped },
      port: access,
      clock: () => new Date(Date.now() + aheadOfNowMs),
      changed: (seen) => told.push(seen),
    });
    expect(await policies.fresh()).toMatchObject({ problem: { reason: 'PoliciesSettling' } });
    aheadOfNowMs = aheadMs;
    expect(await policies.fresh()).toHaveProperty('epoch');
    expect(told).toHaveLength(2);
  });
});
