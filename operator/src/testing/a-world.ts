import type { AgentRole, AgentRoleSpec } from '../api/agent-role.ts';
import type { Council, CouncilSpec } from '../api/council.ts';
import type { Model, ModelSpec } from '../api/model.ts';

const apiVersion = 'conclave.dev/v1alpha1';
const metadata = (name: string) => ({ name, namespace: 'ns' });

/** An AgentRole of a name. */
export function aRole(name: string, spec: Partial<AgentRoleSpec> = {}): AgentRole {
  return { apiVersion, kind: 'AgentRole', metadata: metadata(name), spec: { prompt: 'Do it.', ...spec } };
}

/** A Model of a name, behind an endpoint unless the test says otherwise. */
export function aModel(name: string, spec: Partial<ModelSpec> = {}): Model {
  const endpoint =
    spec.sidecar === undefined && spec.dedicated === undefined ? { endpoint: { url: 'http://vllm' } } : {};
  return { apiVersion, kind: 'Model', metadata: metadata(name), spec: { modelName: name, ...endpoint, ...spec } };
}

/** A Council of a name. */
export function aCouncil(name: string, spec: Partial<CouncilSpec> = {}): Council {
  const defaults = { strategy: 'peer_review', isolation: 'shared' } as const;
  return { apiVersion, kind: 'Council', metadata: metadata(name), spec: { ...defaults, ...spec } };
}
