import { readdirSync, readFileSync } from 'node:fs';
import { loadAll } from 'js-yaml';
import type { KubeClient } from '../src/kube/client.ts';
import type { KubeObject, ResourceType } from '../src/kube/resource-type.ts';

const admission = { group: 'admissionregistration.k8s.io', version: 'v1', namespaced: false };

/** A policy, and what the API server has to say about its expressions. */
export interface Policy extends KubeObject {
  readonly status?: {
    readonly observedGeneration?: number;
    readonly typeChecking?: { readonly expressionWarnings?: readonly unknown[] };
  };
}

export const policies: ResourceType<Policy> = {
  ...admission,
  kind: 'ValidatingAdmissionPolicy',
  plural: 'validatingadmissionpolicies',
};
/** The API server does not check the types of these. */
export const mutatingPolicies: ResourceType = {
  ...admission,
  kind: 'MutatingAdmissionPolicy',
  plural: 'mutatingadmissionpolicies',
};
const types: readonly ResourceType[] = [
  policies,
  { ...admission, kind: 'ValidatingAdmissionPolicyBinding', plural: 'validatingadmissionpolicybindings' },
  mutatingPolicies,
  { ...admission, kind: 'MutatingAdmissionPolicyBinding', plural: 'mutatingadmissionpolicybindings' },
];

const folder = new URL('../../config/policies/', import.meta.url);

/** The manifests of config/policies, or of some of its files: each policy, followed by its binding. */
export function readPolicies(files: readonly string[] = readdirSync(folder)): readonly KubeObject[] {
  return files.flatMap((file) => loadAll(readFileSync(new URL(file, folder), 'utf8')) as KubeObject[]);
}

function typeOf({ kind }: KubeObject): ResourceType {
  const type = types.find((each) => each.kind === kind);
  if (type === undefined) throw new Error(`unexpected kind ${kind}`);
  return type;
}

/** Installs policies, all of them by default. They hold a moment later. */
export async function installPolicies(client: KubeClient, manifests = readPolicies()): Promise<void> {
  for (const manifest of manifests) await client.apply(typeOf(manifest), manifest, { force: true });
}

/** Removes them, so that other tests of the cluster find it as they expect. */
export async function removePolicies(client: KubeClient, manifests = readPolicies()): Promise<void> {
  for (const manifest of manifests) await client.delete(typeOf(manifest), manifest.metadata);
}
