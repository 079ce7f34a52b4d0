import type { RunnerResult } from '../../api/runner-result.ts';
import type { AgentWork } from '../../api/runner-work.ts';
import type { Verdict } from '../verdict.ts';
import type { AgentRun } from './run-task.ts';
import { notServed, type WorkParts } from './work-parts.ts';

type Surroundings = Pick<AgentRun, 'workspace' | 'sendHttp'>;

/** What is told of work while it is done, so that it is known however the work ends. */
export interface Tally {
  toolCalls?: () => NonNullable<RunnerResult['toolCalls']>;
  deliberation?: NonNullable<RunnerResult['deliberation']>;
}

/** Does the work of a task, by its kind. What is not served is refused before anything is spent. */
export async function doWork(parts: WorkParts, surroundings: Surroundings, tally: Tally): Promise<Verdict> {
  const { work } = parts.task;
  switch (work.kind) {
    case 'flow': {
      const { runFlow } = await import('./run-flow.ts');
      return await runFlow(work, parts);
    }
    case 'agent':
      return unserved(work) ?? (await doAgentWork(work, { parts, surroundings, tally }));
    case 'council': {
      if (work.stage !== undefined) return notServed('Councils whose members have pods of their own');
      const { runCouncil } = await import('./run-council.ts');
      const { deliberation, ...verdict } = await runCouncil(work, parts);
      if (deliberation !== undefined) tally.deliberation = deliberation;
      return verdict;
    }
    case 'method':
      return notServed('calls of MCP tools');
    case 'code':
      return notServed('code; the runtime image does');
  }
}

function unserved({ graph, workspace, role }: AgentWork): Verdict | undefined {
  if (graph !== undefined) return notServed('graphs');
  if (workspace !== undefined) return notServed('a workspace that is filled from git or an artifact');
  const mcp = role.tools.find((tool) => tool.mcp !== undefined);
  return mcp === undefined ? undefined : notServed(`tools of MCP servers, such as '${mcp.name}'`);
}

async function doAgentWork(
  work: AgentWork,
  { parts, surroundings, tally }: { parts: WorkParts; surroundings: Surroundings; tally: Tally },
): Promise<Verdict> {
  const { runAgent } = await import('./run-agent.ts');
  const { Toolbox } = await import('./tools/toolbox.ts');
  const { knownFunctions } = await import('./tools/known-functions.ts');
  const { markOf } = await import('./prompts/fence.ts');
  const { workspace, sendHttp } = surroundings;
  const known = knownFunctions(sendHttp);
  const toolbox = new Toolbox({ ...parts, role: work.role, known, workspace, mark: markOf(parts.task) });
  tally.toolCalls = () => [...toolbox.counts];
  return await runAgent(work, parts, toolbox);
}
