import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseDocuments } from '../core/document/parse-documents.ts';
import { readExpectedPolicies } from './policy-manifests.ts';
import { shippedPath } from './product-version.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'policies-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const manifest = (kind: string, name: string, spec: object) => JSON.stringify({ kind, metadata: { name }, spec });
const ours = { matchConstraints: { resourceRules: [{ apiGroups: ['conclave.dev'] }] } };
const decisions = manifest('ValidatingAdmissionPolicy', 'conclave-decisions', ours);
const binding = manifest('ValidatingAdmissionPolicyBinding', 'everywhere', { policyName: 'conclave-decisions' });

const write = (file: string, ...manifests: string[]) => writeFileSync(join(folder, file), manifests.join('\n---\n'));
const names = () => {
  const expected = readExpectedPolicies(folder);
  return 'manifests' in expected
    ? expected.manifests.map(({ kind, name }) => `${kind} ${name}`)
    : expected.problem.message;
};

describe('the policies that are expected', () => {
  it('are those of a folder that guard objects of conclave.dev, with their bindings', () => {
    write('a.yaml', decisions, binding);
    write(
      'b.yml',
      manifest('ValidatingAdmissionPolicy', 'pods', { matchConstraints: { resourceRules: [{ apiGroups: [''] }] } }),
    );
    write('README.md', 'kind: [');
    expect(names()).toEqual([
      'ValidatingAdmissionPolicy conclave-decisions',
      'ValidatingAdmissionPolicyBinding everywhere',
    ]);
  });

  it.each([
    ['is empty', () => undefined],
    [
      'has all but the one that guards decisions',
      () => write('a.yaml', manifest('ValidatingAdmissionPolicy', 'other', ours)),
    ],
    ['has it as another kind', () => write('a.yaml', manifest('MutatingAdmissionPolicy', 'conclave-decisions', ours))],
  ])('are a problem when the folder %s', (_, fill) => {
    fill();
    expect(names()).toBe(
      `the operator does not know which policies to expect: ${folder} has no ValidatingAdmissionPolicy conclave-decisions`,
    );
  });

  it('are a problem when the folder cannot be read', () => {
    write('a.yaml', decisions, 'kind: [');
    expect(names()).toMatch(/a\.yaml:\d+: /);
    expect(readExpectedPolicies(join(folder, 'none'))).toMatchObject({ problem: { reason: 'PoliciesUnread' } });
  });

  it('may be read by the operator, each of those that are shipped', () => {
    const shipped = shippedPath('config/policies');
    for (const file of readdirSync(shipped)) copyFileSync(join(shipped, file), join(folder, file));
    if (!existsSync(join(folder, 'decisions.yaml'))) write('decisions.yaml', decisions);
    const expected = readExpectedPolicies(folder);
    const asked = 'manifests' in expected ? expected.manifests : [];
    expect(asked.map(({ name }) => name)).toEqual(expect.arrayContaining(['conclave-decisions', 'conclave-status']));
    const rule = rulesOfOperator().find(({ apiGroups }) => apiGroups.includes('admissionregistration.k8s.io'));
    expect(new Set(rule?.resourceNames)).toEqual(new Set(asked.map(({ name }) => name)));
    expect(rule?.verbs).toEqual(['get']);
  });
});

function rulesOfOperator() {
  const { documents } = parseDocuments(readFileSync(shippedPath('config/rbac/operator.yaml'), 'utf8'));
  type Role = {
    kind: string;
    metadata: { name: string };
    rules: Record<'apiGroups' | 'resourceNames' | 'verbs', string[]>[];
  };
  const roles = documents.map(({ value }) => value as Role);
  return (
    roles.find(({ kind, metadata }) => kind === 'ClusterRole' && metadata.name === 'conclave-operator')?.rules ?? []
  );
}
