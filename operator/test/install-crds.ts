import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { load } from 'js-yaml';
import type { KubeClient } from '../src/kube/client.ts';
import type { KubeObject, ResourceType } from '../src/kube/resource-type.ts';

interface CustomResourceDefinition extends KubeObject {
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

const crdType: ResourceType<CustomResourceDefinition> = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
  namespaced: false,
};

/** Applies the generated CRDs and waits until the API server serves them. */
export async function installCrds(client: KubeClient): Promise<void> {
  const folder = new URL('../../crds/', import.meta.url);
  for (const file of readdirSync(folder)) {
    const crd = load(readFileSync(new URL(file, folder), 'utf8')) as CustomResourceDefinition;
    await client.apply(crdType, crd, { force: true });
    while (!isEstablished(await client.get(crdType, crd.metadata))) await sleep(50);
  }
}

function isEstablished({ status }: CustomResourceDefinition): boolean {
  return status?.conditions?.some(({ type, status: verdict }) => type === 'Established' && verdict === 'True') ?? false;
}
