import type { AgentRole } from '../../api/agent-role.ts';
import type { CouncilSpec } from '../../api/council.ts';
import type { AgentWork } from '../../api/runner-work.ts';
import { packContext } from '../context/pack-context.ts';
import { defined } from '../defined.ts';
import type { StartAttempt } from '../work-item/work-item-plan.ts';

/** Work with the context pack of its attempt, cut for all the roles that read it; without one where it acts by no role. */
export function withContext<Work extends { readonly context?: AgentWork['context'] }>(
  work: Work | undefined,
  { known = [] }: Pick<StartAttempt, 'known'>,
  roles: readonly (AgentRole | undefined)[],
): Work | undefined {
  const rules = roles.flatMap((role) => (role === undefined ? [] : [role.spec.context ?? {}]));
  if (work === undefined || rules.length === 0) return work;
  return { ...work, ...defined({ context: packContext(known, rules) }) };
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
