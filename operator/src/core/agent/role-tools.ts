import type { AgentRole } from '../../api/agent-role.ts';
import { governedRoles } from '../../api/names.ts';

/** A tool that a role may use. */
export type RoleTool = NonNullable<AgentRole['spec']['tools']>[number];

/** Whether it is the runner's own `shell`. */
export const isShell = ({ name, mcp }: RoleTool): boolean => name === 'shell' && mcp === undefined;

/** Tools of roles that do not say which. */
const defaultTools = new Map<string, readonly string[]>([
  ['developer', ['git', 'file', 'docker']],
  ['architect', ['file', 'audit']],
  ['qa', ['docker', 'http', 'db']],
  ['devops', ['docker', 'kubectl', 'helm']],
  ['data', ['db', 'migrate']],
]);

/** The names of the tools that a role may use, whoever provides them; undefined where that is not known. */
export function toolNamesOf({ spec, metadata }: AgentRole): readonly string[] | undefined {
  if (spec.tools !== undefined) return spec.tools.map(({ name }) => name);
  const role = spec.role ?? metadata.name;
  return defaultTools.get(role) ?? ((governedRoles as readonly string[]).includes(role) ? undefined : []);
}

/** The tools that a role may use; those of the roles of record where it does not say. */
export function toolsOf(role: AgentRole): readonly RoleTool[] {
  return role.spec.tools ?? (toolNamesOf(role) ?? []).map((name) => ({ name }));
}
