import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { splitManifests } from './manifest-template.ts';
import { renderRights, splitRules } from './rights-template.ts';

const role = (rules: string, name = 'a') =>
  splitManifests(`apiVersion: v1\nkind: ClusterRole\nmetadata:\n  name: ${name}\n${rules}`)[0]!;
const policies = `  # About policies.
  - apiGroups: [admissionregistration.k8s.io]
    resources: [validatingadmissionpolicies]
    verbs: [get]
`;
const pods = `  # About pods,
  # in two lines.
  - apiGroups: ['']
    resources: [pods]
    # Inside.
    verbs: [get]
`;

describe('the rules of a role', () => {
  it('are told apart by whether a Role can give them, each with its comments', () => {
    const rules = splitRules(role(`rules:\n${policies}${pods}`));
    expect(rules.map(({ scope, text }) => [scope, text.split('\n')[0]])).toEqual([
      ['cluster', '# About policies.'],
      ['namespaces', '# About pods,'],
    ]);
    expect(rules.map(({ text }) => parse(text) as object)).toEqual([
      [{ apiGroups: ['admissionregistration.k8s.io'], resources: ['validatingadmissionpolicies'], verbs: ['get'] }],
      [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }],
    ]);
  });

  it('are refused when one is for both', () => {
    const both =
      "rules:\n  - apiGroups: ['', authentication.k8s.io]\n    resources: [pods, tokenreviews]\n    verbs: [get]\n";
    expect(() => splitRules(role(both))).toThrow('a rule is for objects of the cluster and of namespaces');
  });
});

describe('the named templates of rights', () => {
  it('are one for each place where a role has rules', () => {
    const text = renderRights([
      role(`rules:\n${policies}${pods}`),
      role(`rules:\n${pods}`, 'b'),
      role('rules: []\n', 'c'),
    ]);
    expect(Array.from(text.matchAll(/define "([^"]+)"/g), ([, name]) => name)).toEqual([
      ...['conclave.rules.a', 'conclave.cluster-rules.a', 'conclave.rules.b'],
    ]);
  });

  it('are made once of a role that is written twice alike, and refused of one that differs', () => {
    const alike = renderRights([role(`rules:\n${pods}`), role(`rules:\n${pods}`)]);
    expect(alike.match(/define/g)).toHaveLength(1);
    expect(() => renderRights([role(`rules:\n${pods}`), role(`rules:\n${policies}`)])).toThrow('has rules twice');
  });
});
