import { type AgentRole, builtinTools } from '../../api/agent-role.ts';
import type { Method } from '../../api/method.ts';
import type { RoleContract, ToolAccess } from '../../api/runner-work.ts';
import { defined } from '../defined.ts';
import type { PodNeeds } from './pod-needs.ts';
import { type RoleTool, toolsOf } from './role-tools.ts';

/** A contract as far as its role says it; which Model is asked depends on more. */
export type RolePart = Omit<RoleContract, 'model'>;

/** What an AgentRole says of an agent, its tools aside: members of a Council have none. */
export function resolveRole({ metadata, spec }: AgentRole): RolePart {
  const { role = metadata.name, prompt, sampling, sandboxed, context } = spec;
  return {
    ...{ name: metadata.name, role, prompt, tools: [] },
    ...defined({ sampling, sandboxed, readsArtifacts: context?.artifacts }),
  };
}

/**
 * The tools that an agent may use: those of its role that something provides, or the part of them that the step asks for.
 * Without a role it has those built-in ones that the step asks for, and no `shell`, which needs a role in a sandbox.
 */
export function resolveTools(
  role: AgentRole | undefined,
  asked: readonly string[] | undefined,
  needs: PodNeeds,
): ToolAccess[] {
  const tools = role === undefined ? toolsWithoutRole.filter(() => asked !== undefined) : toolsOf(role);
  const given = tools
    .filter(({ name, mcp }) => mcp !== undefined || (builtinTools as readonly string[]).includes(name))
    .filter(({ name }) => asked === undefined || asked.includes(name));
  for (const tool of given) needs.mayCall(tool);
  return given.map(({ name, allowedHosts, readOnly, mcp }) => ({
    ...{ name, ...defined({ allowedHosts, readOnly }) },
    ...(mcp === undefined ? {} : { mcp: { ...needs.server(name, mcp), ...defined({ allow: mcp.allow }) } }),
  }));
}

const toolsWithoutRole: readonly RoleTool[] = builtinTools.filter((name) => name !== 'shell').map((name) => ({ name }));

/** The tool that a Method of type `mcp` calls. */
export function resolveMethodTool(method: Method, needs: PodNeeds): ToolAccess | undefined {
  if (method.spec.type !== 'mcp') return undefined;
  const { tool, ...server } = method.spec.mcp;
  return { name: tool, mcp: { ...needs.server(tool, server), allow: [tool] } };
}
