import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunnerResult } from '../api/runner-result.ts';
import type { RunnerTask } from '../api/runner-task.ts';
import type { AgentRun } from '../runner/agent/agent-run.ts';
import { runTask } from '../runner/agent/run-task.ts';
import { ScriptedModel } from './scripted-model.ts';

/** Runs tasks as the agent's container does, in a folder of its own, against a model that answers by script; for tests. */
export class AgentBench {
  readonly folder: string;
  readonly model: ScriptedModel;
  readonly interruption = new AbortController();

  private constructor(folder: string, model: ScriptedModel) {
    this.folder = folder;
    this.model = model;
  }

  static async start(script: Parameters<typeof ScriptedModel.start>[0]): Promise<AgentBench> {
    const model = await ScriptedModel.start(script);
    return new AgentBench(await mkdtemp(join(tmpdir(), 'conclave-agent-')), model);
  }

  /** How to reach the model. */
  get access() {
    return { url: this.model.url, name: 'm', price: { inputPerMillionTokens: '1', outputPerMillionTokens: '2' } };
  }

  get workspace(): string {
    return join(this.folder, 'workspace');
  }

  /** What the run left: its result document, its termination message and its exit code. */
  async run(task: RunnerTask, more: Partial<AgentRun> = {}) {
    await writeFile(join(this.folder, 'task.json'), JSON.stringify(task));
    const { message, exitCode } = await runTask({
      ...{ folder: this.folder, workspace: this.workspace, taskDigest: undefined, environment: {} },
      ...{ interruption: this.interruption.signal, sendHttp: () => Promise.reject(new Error('nobody calls out')) },
      modelPatience: { tries: 2, firstDelayMs: 1, longestDelayMs: 2, longestWaitMs: 10, silenceMs: 20_000 },
      ...more,
    });
    const result = JSON.parse(await readFile(join(this.folder, 'result.json'), 'utf8')) as RunnerResult;
    return { result, message: JSON.parse(message) as RunnerResult, exitCode };
  }

  async stop(): Promise<void> {
    await this.model.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}
