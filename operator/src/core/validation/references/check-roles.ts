import { builtinTools, type AgentRole } from '../../../api/agent-role.ts';
import type { Tenant } from '../../../api/tenant.ts';
import { governedRoles } from '../../../api/names.ts';
import type { Step } from '../../../api/step/step.ts';
import type { Issue, IssuePath } from '../../issue.ts';
import { quote } from '../../quote.ts';
import { type RoleTool, toolNamesOf, toolsOf } from '../../agent/role-tools.ts';
import { suggestName } from '../nearest-name.ts';
import type { WorldIndex } from '../world.ts';
import { isAllowedImage, isAllowedName, notAllowed } from './allowed.ts';
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

/** Tools that a step asks for and that its role may not use, or the Tenant does not allow. */
export function checkStepTools(step: Step, index: WorldIndex): Issue[] {
  if (step.type !== 'llm_agent' || step.tools === undefined) return [];
  const role = step.role === undefined ? undefined : index.role(step.role);
  const known = role && providedTools(role);
  return step.tools.flatMap((name, position) => {
    const path = ['tools', position];
    if (known !== undefined && !known.includes(name)) return [unknownTool(name, { path, known, role })];
    return isAllowedName(index.world.tenant?.spec.allowed?.tools, [name]) ? [] : [notAllowed('tool', name, path)];
  });
}

/** The tools of a role that something provides: no others reach its agents. Undefined where that is not known. */
function providedTools(role: AgentRole): readonly string[] | undefined {
  if (toolNamesOf(role) === undefined) return undefined;
  return toolsOf(role).flatMap(({ name, mcp }) => (mcp !== undefined || isBuiltin(name) ? [name] : []));
}

const isBuiltin = (name: string) => (builtinTools as readonly string[]).includes(name);

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
export function checkRoleTools(role: AgentRole, { world }: WorldIndex): Issue[] {
  const { spec } = role;
  if (spec.tools === undefined) return checkUsualTools(role, world);
  return spec.tools.flatMap((tool, position): Issue[] => {
    const issue = checkProvided(tool, spec) ?? checkToolAllowed(tool, world.tenant?.spec.allowed);
    return issue === undefined ? [] : [{ ...issue, path: ['spec', 'tools', position, ...issue.path] }];
  });
}

/** Paths begin at the tool. */
function checkProvided({ name, mcp }: RoleTool, { sandboxed }: AgentRole['spec']): Issue | undefined {
  if (mcp !== undefined) return undefined;
  if (!isBuiltin(name)) {
    const message = `nothing provides the tool ${quote(name)}`;
    const hint = `say the server that does in \`mcp\`, or name one of ${builtinTools.join(', ')}`;
    return { code: 'ToolNotFound', path: ['name'], message, hint };
  }
  if (name !== 'shell' || sandboxed === true) return undefined;
  const message = 'agents may use `shell` only in a sandbox';
  return { code: 'ToolNeedsSandbox', path: ['name'], message, hint: 'say `sandboxed: true`' };
}

function checkToolAllowed({ name, mcp }: RoleTool, allowed: Tenant['spec']['allowed']): Issue | undefined {
  if (!isAllowedName(allowed?.tools, [name])) return notAllowed('tool', name, ['name']);
  const image = mcp?.image;
  if (image === undefined || isAllowedImage(allowed?.images, image)) return undefined;
  return notAllowed('image', image, ['mcp', 'image']);
}

/** Agents get the tools that their role has by default only where the Tenant allows them: else it must say which. */
function checkUsualTools(role: AgentRole, { tenant }: WorldIndex['world']): Issue[] {
  const refused = (providedTools(role) ?? []).filter((name) => !isAllowedName(tenant?.spec.allowed?.tools, [name]));
  return refused.map((name) => ({
    ...notAllowed('tool', name, ['spec', 'role']),
    hint: 'say in `tools` which it may use',
  }));
}
