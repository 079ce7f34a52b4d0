import { afterAll, describe, expect, it, vi } from 'vitest';
import { toldProgress } from '../../api/attempt-progress.ts';
import { aTask } from '../../testing/a-runner-task.ts';
import { AgentBench } from '../../testing/agent-bench.ts';
import { startArtifactService } from '../../testing/artifact-service.ts';
import { tellProgress } from './tell-progress.ts';

const { artifacts: server, service, stop } = await startArtifactService();
afterAll(stop);

const pauses = { firstMs: 1, everyMs: 5 };
const told = () => {
  const text = server.stored.get('/v1/progress')?.toString();
  return text === undefined ? undefined : toldProgress.parse(JSON.parse(text));
};

describe('progress', () => {
  it('is told anew when something has changed, and again after the server was away', async () => {
    const counts = { turns: 1, toolCalls: 0, promptTokens: 10, completionTokens: 2 };
    const ending = new AbortController();
    const { step } = aTask({});
    server.answers = [503, 201];
    const telling = tellProgress({ artifacts: service, step }, () => counts, { signal: ending.signal, pauses });
    await vi.waitFor(() => expect(told()).toEqual({ step: step.path, attempt: step.attempt, ...counts }));
    const { length } = server.tokens;
    expect(length).toBe(2);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(server.tokens).toHaveLength(length);
    counts.turns = 2;
    await vi.waitFor(() => expect(told()?.turns).toBe(2));
    ending.abort();
    await telling;
    expect(server.tokens).toHaveLength(length + 1);
  });

  it('is that of the agent: answers, calls of tools, tokens', async () => {
    server.stored.clear();
    // It goes on until an answer was told.
    const bench = await AgentBench.start((_, count) =>
      (told()?.turns ?? 0) === 0
        ? { calls: [{ name: 'file_list', arguments: { path: `d${count}` } }] }
        : { text: 'Done.' },
    );
    const work = { kind: 'agent' as const, role: { tools: [{ name: 'file' }], model: bench.access } };
    const limits = {
      maxTurns: 100_000,
      maxToolCalls: 100_000,
      maxTokens: 1_000_000_000,
      maxOutputTokens: 100,
      wallTimeSeconds: 60,
    };
    const { exitCode } = await bench.run(aTask({ work, limits, artifacts: service }), { tellingPauses: pauses });
    await bench.stop();
    expect(exitCode).toBe(0);
    const { turns = 0, toolCalls = 0, ...tokens } = told() ?? {};
    expect(turns).toBeGreaterThan(0);
    expect(tokens).toMatchObject({ promptTokens: 10 * turns, completionTokens: 5 * turns });
    expect(toolCalls).toBeGreaterThanOrEqual(turns - 1);
  });

  it('is told to nobody where there is no server', async () => {
    const counts = () => ({ turns: 1, toolCalls: 0, promptTokens: 0, completionTokens: 0 });
    const { signal } = new AbortController();
    await tellProgress({ artifacts: undefined, step: aTask({}).step }, counts, { signal, pauses });
  });
});
