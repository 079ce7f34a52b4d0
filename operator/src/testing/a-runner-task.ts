import { apiVersion } from '../api/kind.ts';
import type { RunnerTask } from '../api/runner-task.ts';

/** A task of an agent, with what a test says; for tests. */
export function aTask(parts: Partial<RunnerTask>): RunnerTask {
  return {
    ...{ apiVersion, kind: 'Task' },
    workItem: { name: 'story', namespace: 'team', uid: '4f2a' },
    step: { path: 'write', type: 'llm_agent', attempt: 1 },
    inputs: {},
    work: { kind: 'agent', role: { tools: [], model: { url: 'http://127.0.0.1:1/v1', name: 'm' } } },
    limits: { maxTurns: 20, maxToolCalls: 50, maxTokens: 200_000, maxOutputTokens: 4096, wallTimeSeconds: 600 },
    ...parts,
  };
}
