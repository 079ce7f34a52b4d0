import type { AgentRole } from '../../api/agent-role.ts';
import type { CouncilSpec } from '../../api/council.ts';
import type { AgentWork, FlowWork, CouncilWork } from '../../api/runner-work.ts';
import { packContext } from '../context/pack-context.ts';
import { defined } from '../defined.ts';
import { artifactsFor, type ArtifactSources } from './resolve-artifacts.ts';

/**
 * Work with the context pack of its attempt, cut for all the roles that read it, and with the artifacts that an agent may read;
 * without either where it acts by no role.
 */
export function withContext<Work extends AgentWork | FlowWork | CouncilWork>(
  work: Work | undefined,
  sources: ArtifactSources,
  roles: readonly (AgentRole | undefined)[],
): Work | undefined {
  const rules = roles.flatMap((role) => (role === undefined ? [] : [role.spec.context ?? {}]));
  if (work === undefined || rules.length === 0) return work;
  const artifacts = work.kind === 'agent' ? artifactsFor(roles[0], sources) : undefined;
  return { ...work, ...defined({ context: packContext(sources.known ?? [], rules), artifacts }) };
}

/** The roles of all who take part: they share one pack, because what stands in front of their roles is the same for each. */
export function rolesOfCouncil(
  { members = [], roleRef, judge }: CouncilSpec,
  roles: readonly AgentRole[],
): AgentRole[] {
  const named = [...members, ...(judge === undefined ? [] : [judge])].map((speaker) => speaker.roleRef.name);
  const names = new Set(roleRef === undefined ? named : [...named, roleRef.name]);
  return roles.filter(({ metadata }) => names.has(metadata.name));
}
