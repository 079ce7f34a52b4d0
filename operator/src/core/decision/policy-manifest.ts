import { group } from '../../api/kind.ts';
import type { JsonObject } from '../../api/json.ts';

/** Kinds of the admission policies and of what puts them in force, all of admissionregistration.k8s.io/v1. */
export const policyKinds = [
  ...['ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding'],
  ...['MutatingAdmissionPolicy', 'MutatingAdmissionPolicyBinding'],
] as const;
export type PolicyKind = (typeof policyKinds)[number];

/** A policy or a binding as it is shipped. */
export interface PolicyManifest {
  readonly kind: PolicyKind;
  readonly name: string;
  readonly spec: JsonObject;
}

/** Reads a manifest; undefined when it is of another kind. */
export function readPolicyManifest(value: unknown): PolicyManifest | undefined {
  const { kind, metadata, spec } = value as {
    readonly kind?: string;
    readonly metadata?: { readonly name?: string };
    readonly spec?: JsonObject;
  };
  const known = policyKinds.find((each) => each === kind);
  return known && { kind: known, name: metadata?.name ?? '', spec: spec ?? {} };
}

/**
 * The manifests that decisions rest on: every policy that has a rule for objects of conclave.dev, whatever their resource
 * (a WorkItem's decisions, its status, its spec), and every binding of such a policy. Policies that guard only Jobs, Pods and
 * tokens guard results, and no decision becomes another without them.
 */
export function choosePolicies(manifests: readonly PolicyManifest[]): readonly PolicyManifest[] {
  const chosen = manifests.filter(guardsOurs);
  const isBound = ({ kind, spec }: PolicyManifest) =>
    chosen.some((policy) => kind === `${policy.kind}Binding` && spec['policyName'] === policy.name);
  return manifests.filter((manifest) => guardsOurs(manifest) || isBound(manifest));
}

function guardsOurs({ spec }: PolicyManifest): boolean {
  const { resourceRules = [] } = (spec['matchConstraints'] ?? {}) as {
    readonly resourceRules?: readonly { readonly apiGroups?: readonly string[] }[];
  };
  return resourceRules.some(({ apiGroups = [] }) => apiGroups.includes(group) || apiGroups.includes('*'));
}
