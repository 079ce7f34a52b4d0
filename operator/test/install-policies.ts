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
const bindings: ResourceType = {
  ...admission,
  kind: 'ValidatingAdmissionPolicyBinding',
  plural: 'validatingadmissionpolicybindings',
};

/** The manifests of config/policies: each policy, followed by its binding. */
export function readPolicies(): readonly KubeObject[] {
  const folder = new URL('../../config/policies/', import.meta.url);
  return readdirSync(folder).flatMap((file) => loadAll(readFileSync(new URL(file, folder), 'utf8')) as KubeObject[]);
}

const typeOf = ({ kind }: KubeObject): ResourceType => (kind === policies.kind ? policies : bindings);

/** Installs the policies. They hold a moment later. */
export async function installPolicies(client: KubeClient): Promise<void> {
  for (const manifest of readPolicies()) await client.apply(typeOf(manifest), manifest, { force: true });
}

/** Removes them, so that other tests of the cluster find it as they expect. */
export async function removePolicies(client: KubeClient): Promise<void> {
  for (const manifest of readPolicies()) await client.delete(typeOf(manifest), manifest.metadata);
}
