import { builtinTools, type AgentRole } from '../../../api/agent-role.ts';
import { governedRoles } from '../../../api/names.ts';
import type { Step } from '../../../api/step/step.ts';
import type { Issue, IssuePath } from '../../issue.ts';
import { quote } from '../../quote.ts';
import { suggestName } from '../nearest-name.ts';
import type { WorldIndex } from '../world.ts';
import { isAllowedName, notAllowed } from './allowed.ts';
import { missingObject } from './missing-object.ts';

/** Whether an AgentRole that something names is there. */
export function checkRole(name: string, path: IssuePath, index: WorldIndex): Issue[] {
  if (index.role(name) !== undefined) return [];
  const known = index.world.roles.map(({ metadata }) => metadata.name);
  return [missingObject({ code: 'RoleNotFound', what: 'AgentRole', name, path, known }, index.world)];
}

/**
 * Whether the role of a step is there. What asks a model needs its AgentRole; other steps may act in a role that Conclave
 * knows without one.
 */
export function checkStepRole({ role, type }: Step, index: WorldIndex): Issue[] {
  const needsObject = type === 'llm_agent' || type === 'llm_flow';
  const isKnown = role === undefined || (!needsObject && isGoverned(role));
  return isKnown ? [] : checkRole(role, ['role'], index);
}

const isGoverned = (role: string) => (governedRoles as readonly string[]).includes(role);

/** Tools of roles that do not say which. */
const defaultTools = new Map<string, readonly string[]>([
  ['developer', ['git', 'file', 'docker']],
  ['architect', ['file', 'audit']],
  ['qa', ['docker', 'http', 'db']],
  ['devops', ['docker', 'kubectl', 'helm']],
  ['data', ['db', 'migrate']],
]);

/** The tools that a role may use; undefined where that is not known. */
function toolsOf({ spec, metadata }: AgentRole): readonly string[] | undefined {
  if (spec.tools !== undefined) return spec.tools.map(({ name }) => name);
  const role = spec.role ?? metadata.name;
  return defaultTools.get(role) ?? (isGoverned(role) ? undefined : []);
}

/** Tools that a step asks for and that its role may not use, or the Tenant does not allow. */
export function checkStepTools(step: Step, index: WorldIndex): Issue[] {
  if (step.type !== 'llm_agent' || step.tools === undefined) return [];
  const role = step.role === undefined ? undefined : index.role(step.role);
  const known = role && toolsOf(role);
  return step.tools.flatMap((name, position) => {
    const path = ['tools', position];
    if (known !== undefined && !known.includes(name)) return [unknownTool(name, { path, known, role })];
    return isAllowedName(index.world.tenant?.spec.allowed?.tools, [name]) ? [] : [notAllowed('tool', name, path)];
  });
}

interface ToolFacts {
  readonly path: IssuePath;
  readonly known: readonly string[];
  readonly role: AgentRole | undefined;
}

function unknownTool(name: string, { path, known, role }: ToolFacts): Issue {
  const hint = suggestName(name, known, 'tools');
  const message = `the AgentRole '${role?.metadata.name ?? ''}' may not use the tool ${quote(name)}`;
  return { code: 'ToolNotFound', path, message, ...(hint !== undefined && { hint }) };
}

/** Tools of a role that no server provides, that need a sandbox, or that the Tenant does not allow. */
export function checkRoleTools({ spec }: AgentRole, { world }: WorldIndex): Issue[] {
  return (spec.tools ?? []).flatMap(({ name, mcp }, position): Issue[] => {
    const path = ['spec', 'tools', position];
    if (mcp === undefined && !(builtinTools as readonly string[]).includes(name)) {
      const message = `nothing provides the tool ${quote(name)}`;
      const hint = `say the server that does in \`mcp\`, or name one of ${builtinTools.join(', ')}`;
      return [{ code: 'ToolNotFound', path: [...path, 'name'], message, hint }];
    }
    if (name === 'shell' && mcp === undefined && spec.sandboxed !== true) {
      const message = 'agents may use `shell` only in a sandbox';
      return [{ code: 'ToolNeedsSandbox', path: [...path, 'name'], message, hint: 'say `sandboxed: true`' }];
    }
    const isAllowed = isAllowedName(world.tenant?.spec.allowed?.tools, [name]);
    return isAllowed ? [] : [notAllowed('tool', name, [...path, 'name'])];
  });
}
