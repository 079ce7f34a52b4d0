import type { KindDefinition } from '../api/kind.ts';
import { group, version } from '../api/kind.ts';
import type { KubeObject, ResourceType } from '../kube/resource-type.ts';

/** How the API server knows a kind of Conclave. */
export function resourceTypeOf<T extends KubeObject>({ kind, plural }: KindDefinition): ResourceType<T> {
  return { group, version, kind, plural, namespaced: true };
}
