import type { CouncilWork } from '../../api/runner-work.ts';
import type { Verdict } from '../verdict.ts';
import type { AgentRun, Tally } from './agent-run.ts';
import { notServed, type WorkParts } from './work-parts.ts';

type Surroundings = Pick<AgentRun, 'workspace' | 'shell' | 'sendHttp' | 'serverPatience' | 'interruption'>;

/** Does the work of a task, by its kind. What is not served is refused before anything is spent. */
export async function doWork(parts: WorkParts, surroundings: Surroundings, tally: Tally): Promise<Verdict> {
  const { work } = parts.task;
  switch (work.kind) {
    case 'flow': {
      const { runFlow } = await import('./run-flow.ts');
      return await runFlow(work, parts);
    }
    case 'agent': {
      const { doAgentWork } = await import('./do-agent-work.ts');
      return await doAgentWork(work, { parts, surroundings, tally });
    }
    case 'council':
      return await doCouncilWork(work, parts, tally);
    case 'method': {
      if (work.mcp === undefined) return notServed('Methods that are images; those run by themselves');
      const { runMethod } = await import('./run-method.ts');
      return await runMethod(work.mcp, { parts, tally, patience: surroundings.serverPatience });
    }
    case 'code':
      return notServed('code; the runtime image does');
  }
}

/** All of a deliberation, or the part of one speaker in it. */
async function doCouncilWork(work: CouncilWork, parts: WorkParts, tally: Tally): Promise<Verdict> {
  if (work.stage !== undefined) {
    const { runStage } = await import('./run-stage.ts');
    const { ballot, ...verdict } = await runStage(work, work.stage, parts);
    if (ballot !== undefined) tally.ballot = ballot;
    return verdict;
  }
  const { runCouncil } = await import('./run-council.ts');
  const { deliberation, ...verdict } = await runCouncil(work, parts);
  if (deliberation !== undefined) tally.deliberation = deliberation;
  return verdict;
}
