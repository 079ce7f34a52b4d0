import type { RunnerResult } from '../../api/runner-result.ts';
import type { Verdict } from '../verdict.ts';
import { notServed, type WorkParts } from './work-parts.ts';

/** How work ended, and which tools it called. */
export interface Done {
  readonly verdict: Verdict;
  readonly toolCalls?: RunnerResult['toolCalls'];
}

/** Does the work of a task, by its kind. What is not served is refused before anything is spent. */
export async function doWork(parts: WorkParts): Promise<Done> {
  const { work } = parts.task;
  switch (work.kind) {
    case 'flow': {
      const { runFlow } = await import('./run-flow.ts');
      return { verdict: await runFlow(work, parts) };
    }
    case 'agent':
      return { verdict: notServed('agents') };
    case 'council':
      return { verdict: notServed('Councils') };
    case 'method':
      return { verdict: notServed('calls of MCP tools') };
    case 'code':
      return { verdict: notServed('code; the runtime image does') };
  }
}
