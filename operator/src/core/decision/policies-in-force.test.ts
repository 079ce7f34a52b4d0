import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../api/json.ts';
import { comparePolicies, type FoundPolicy, settleMs } from './policies-in-force.ts';
import { choosePolicies, type PolicyManifest, readPolicyManifest } from './policy-manifest.ts';

const nowMs = Date.parse('2026-01-05T08:00:00.000Z');
const rule = { apiGroups: ['conclave.dev'], apiVersions: ['*'], operations: ['UPDATE'], resources: ['workitems'] };
const policy: PolicyManifest = {
  kind: 'ValidatingAdmissionPolicy',
  name: 'guard',
  spec: { matchConstraints: { resourceRules: [rule] }, validations: [{ expression: 'a == b', message: 'no' }] },
};
const binding: PolicyManifest = {
  kind: 'ValidatingAdmissionPolicyBinding',
  name: 'guard-everywhere',
  spec: { policyName: 'guard', validationActions: ['Deny'] },
};
const expected = [policy, binding];

/** As the API server has it: with what it fills in. */
const defaulted: JsonObject = {
  failurePolicy: 'Fail',
  matchConstraints: {
    ...{ matchPolicy: 'Equivalent', namespaceSelector: {}, objectSelector: {} },
    resourceRules: [{ ...rule, scope: '*' }],
  },
  validations: [{ expression: 'a == b', message: 'no' }],
};

function installed(change: Partial<Record<string, Partial<FoundPolicy>>> = {}): FoundPolicy[] {
  const found = { uid: 'u', generation: 1, changedAtMs: nowMs - settleMs, isBeingDeleted: false, typeWarnings: [] };
  return [
    { ...policy, ...found, uid: 'u1', spec: defaulted, ...change['guard'] },
    { ...binding, ...found, uid: 'u2', ...change['guard-everywhere'] },
  ];
}

const epochOf = (found: readonly FoundPolicy[]) => {
  const verdict = comparePolicies(expected, found, nowMs);
  return 'epoch' in verdict ? verdict.epoch : undefined;
};
const told = (found: readonly FoundPolicy[], shipped = expected) => {
  const verdict = comparePolicies(shipped, found, nowMs);
  return 'problems' in verdict ? verdict.problems.map(({ reason, message }) => `${reason}: ${message}`) : [];
};

describe('comparePolicies', () => {
  it('gives an epoch when all are in force, whatever their order and whatever else there is', () => {
    const epoch = epochOf(installed());
    expect(epoch).toMatch(/^sha256:/);
    const another = { ...installed()[0], name: 'of-somebody-else' } as FoundPolicy;
    expect(epochOf([another, ...installed().reverse()])).toBe(epoch);
  });

  const renewed: Record<string, Partial<Record<string, Partial<FoundPolicy>>>> = {
    'a policy is made anew': { guard: { uid: 'u9' } },
    'a policy is changed and changed back': { guard: { generation: 3 } },
    'a binding is made anew': { 'guard-everywhere': { uid: 'u9' } },
    'a binding is changed and changed back': { 'guard-everywhere': { generation: 3 } },
  };
  it.each(Object.entries(renewed))('gives another epoch when %s', (_, change) => {
    expect(epochOf(installed(change))).toMatch(/^sha256:/);
    expect(epochOf(installed(change))).not.toBe(epochOf(installed()));
  });

  const specWith = (more: JsonObject): Partial<FoundPolicy> => ({ spec: { ...defaulted, ...more } });
  const matching = (more: JsonObject) =>
    specWith({ matchConstraints: { ...(defaulted['matchConstraints'] as JsonObject), ...more } });
  const problems: Record<string, { found: readonly FoundPolicy[]; told: string }> = {
    'a policy that is missing': {
      found: installed().slice(1),
      told: 'PoliciesMissing: ValidatingAdmissionPolicy guard is not installed',
    },
    'a binding that is missing': {
      found: installed().slice(0, 1),
      told: 'PoliciesMissing: ValidatingAdmissionPolicyBinding guard-everywhere is not installed',
    },
    'a policy that is being deleted': {
      found: installed({ guard: { isBeingDeleted: true } }),
      told: 'PoliciesMissing: ValidatingAdmissionPolicy guard is not installed',
    },
    'a binding that only writes to the audit log': {
      found: installed({ 'guard-everywhere': { spec: { policyName: 'guard', validationActions: ['Audit'] } } }),
      told: 'PoliciesChanged: ValidatingAdmissionPolicyBinding guard-everywhere is not as it is shipped: spec.validationActions[0] is "Audit", not "Deny"',
    },
    'a binding that holds for some namespaces only': {
      found: installed({
        'guard-everywhere': {
          spec: { ...binding.spec, matchResources: { namespaceSelector: { matchLabels: { a: 'b' } } } },
        },
      }),
      told: 'PoliciesChanged: ValidatingAdmissionPolicyBinding guard-everywhere is not as it is shipped: spec.matchResources is {"matchPolicy":"Equivalent","namespaceSelector":{"matchLabel…, and should not be there',
    },
    'an expression that always holds': {
      found: installed({ guard: specWith({ validations: [{ expression: 'true', message: 'no' }] }) }),
      told: 'PoliciesChanged: ValidatingAdmissionPolicy guard is not as it is shipped: spec.validations[0].expression is "true", not "a == b"',
    },
    'a validation that is gone': {
      found: installed({ guard: specWith({ validations: [] }) }),
      told: 'PoliciesChanged: ValidatingAdmissionPolicy guard is not as it is shipped: spec.validations is [], not [{"expression":"a == b","message":"no"}]',
    },
    'a condition that exempts somebody': {
      found: installed({ guard: specWith({ matchConditions: [{ name: 'x', expression: 'false' }] }) }),
      told: 'PoliciesChanged: ValidatingAdmissionPolicy guard is not as it is shipped: spec.matchConditions is [{"name":"x","expression":"false"}], and should not be there',
    },
    'failures that are ignored': {
      found: installed({ guard: specWith({ failurePolicy: 'Ignore' }) }),
      told: 'PoliciesChanged: ValidatingAdmissionPolicy guard is not as it is shipped: spec.failurePolicy is "Ignore", not "Fail"',
    },
    'a rule that matches other versions only literally': {
      found: installed({ guard: matching({ matchPolicy: 'Exact' }) }),
      told: 'PoliciesChanged: ValidatingAdmissionPolicy guard is not as it is shipped: spec.matchConstraints.matchPolicy is "Exact", not "Equivalent"',
    },
    'namespaces that are left out': {
      found: installed({ guard: matching({ namespaceSelector: { matchLabels: { guarded: 'yes' } } }) }),
      told: 'PoliciesChanged: ValidatingAdmissionPolicy guard is not as it is shipped: spec.matchConstraints.namespaceSelector.matchLabels is {"guarded":"yes"}, and should not be there',
    },
    'resources that are left out': {
      found: installed({ guard: matching({ excludeResourceRules: [rule] }) }),
      told: 'PoliciesChanged: ValidatingAdmissionPolicy guard is not as it is shipped: spec.matchConstraints.excludeResourceRules is [{"scope":"*","apiGroups":["conclave.dev"],"apiVersions":["*…, and should not be there',
    },
    'expressions that the API server finds fault with': {
      found: installed({ guard: { typeWarnings: ['undefined field'] } }),
      told: 'PoliciesFaulty: the API server finds fault with ValidatingAdmissionPolicy guard: undefined field',
    },
    'a policy that has just come': {
      found: installed({ guard: { changedAtMs: nowMs - settleMs + 1 } }),
      told: 'PoliciesSettling: ValidatingAdmissionPolicy guard was changed less than 10 s ago: every API server has to read it first',
    },
  };
  it.each(Object.entries(problems))('finds %s', (_, { found, told: problem }) => {
    expect(told(found)).toEqual([problem]);
  });

  it('shows long texts from where they differ', () => {
    const long = (end: string) => ({ ...policy, spec: { ...policy.spec, note: `${'x'.repeat(99)}${end}` } });
    const found = installed({ guard: specWith({ note: `${'x'.repeat(99)}b, and more` }) });
    expect(told(found, [long('a, and more'), binding])).toEqual([
      'PoliciesChanged: ValidatingAdmissionPolicy guard is not as it is shipped: spec.note is "…xxxxxxxxxxb, and more", not "…xxxxxxxxxxa, and more"',
    ]);
  });

  it('finds all that is wrong', () => {
    expect(told([])).toHaveLength(2);
  });

  it('sees no difference in what the API server fills in for what is shipped with it or without', () => {
    expect(told(installed(), [{ ...policy, spec: defaulted }, binding])).toEqual([]);
  });

  it('sees whatever is changed in a spec', () => {
    const paths = ['failurePolicy', 'validations', 'matchConstraints', 'variables', 'paramKind', 'auditAnnotations'];
    fc.assert(
      fc.property(fc.constantFrom(...paths), fc.jsonValue(), (field, value) => {
        const spec = { ...defaulted, [field]: value } as JsonObject;
        fc.pre(JSON.stringify(spec[field]) !== JSON.stringify(defaulted[field]));
        expect(epochOf(installed({ guard: { spec } }))).toBeUndefined();
      }),
    );
  });
});

describe('the policies that decisions rest on', () => {
  const other: PolicyManifest = {
    kind: 'ValidatingAdmissionPolicy',
    name: 'pods',
    spec: { matchConstraints: { resourceRules: [{ apiGroups: [''], resources: ['pods'] }] } },
  };
  const otherBinding: PolicyManifest = { ...binding, name: 'pods', spec: { policyName: 'pods' } };
  const mutating: PolicyManifest = { ...policy, kind: 'MutatingAdmissionPolicy', name: 'pods' };

  it('are those with a rule for objects of conclave.dev, and their bindings', () => {
    expect(choosePolicies([other, otherBinding, ...expected])).toEqual(expected);
  });

  it('have the bindings of their own kind', () => {
    expect(choosePolicies([mutating, otherBinding])).toEqual([mutating]);
    const own: PolicyManifest = { ...otherBinding, kind: 'MutatingAdmissionPolicyBinding' };
    expect(choosePolicies([mutating, own])).toEqual([mutating, own]);
  });

  it('are read from manifests of their kinds alone', () => {
    const metadata = { name: 'guard' };
    expect(readPolicyManifest({ kind: policy.kind, metadata, spec: policy.spec })).toEqual(policy);
    expect(readPolicyManifest({ kind: 'ClusterRole', metadata })).toBeUndefined();
  });
});
