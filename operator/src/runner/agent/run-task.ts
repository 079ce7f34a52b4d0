import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProgressCounts } from '../../api/attempt-progress.ts';
import type { JsonObject } from '../../api/json.ts';
import { apiVersion } from '../../api/api-version.ts';
import { exitCodes } from '../../api/runner-contract.ts';
import type { RunnerResult, TerminationMessage } from '../../api/runner-result.ts';
import type { RunnerTask } from '../../api/runner-task.ts';
import type { AgentWork } from '../../api/runner-work.ts';
import { defined } from '../../core/defined.ts';
import { type Collected, conclude, exitCodeOf } from '../collect.ts';
import { readTask, TaskError } from '../read-task.ts';
import { renderTerminationMessage } from '../render-termination-message.ts';
import { failed, type Verdict } from '../verdict.ts';
import { ModelError } from './chat.ts';
import type { AgentRun, Tally } from './agent-run.ts';
import { loadClient } from './connect-model.ts';
import type { CountingParts } from './count-context.ts';
import { doWork } from './do-work.ts';
import { ModelClient } from './model-client.ts';
import { markOf } from './prompts/fence.ts';
import { type Secrets, takeSecrets } from './secrets.ts';
import { storeRecord } from './store-record.ts';
import { tellProgress } from './tell-progress.ts';
import { Transcript } from './transcript.ts';
import { limitReached, limitsOf, type WorkParts } from './work-parts.ts';

type Work = RunnerTask['work'];

/** Longest that a timer can wait, in milliseconds. */
const longestTimerMs = 2_147_483_647;

/** Does what the task says, leaves `result.json`, and says how the attempt ended. */
export async function runTask(run: AgentRun): Promise<Collected> {
  const startedAt = new Date().toISOString();
  let task: RunnerTask;
  try {
    task = await readTask(join(run.folder, 'task.json'), run.taskDigest);
  } catch (error) {
    if (!(error instanceof TaskError)) throw error;
    return { message: renderTerminationMessage(failed('TaskUnreadable', error.message)), exitCode: exitCodes.terminal };
  }
  const secrets = takeSecrets(task, run.environment);
  const { verdict, transcript, toolCalls, artifacts, deliberation, ballot, read, context } = await work(
    task,
    secrets,
    run,
  );
  const message = await conclude(verdict, { folder: run.folder, task, patience: run.patience });
  const { outcome, error, usage } = message;
  transcript.add({ kind: 'end', outcome, reason: error?.reason });
  const record = { service: task.artifacts, isHurried: run.interruption.aborted };
  const stored = await storeRecord(transcript.toBytes(), { name: 'transcript', ...record });
  const result: RunnerResult = {
    ...{ apiVersion, kind: 'Result', outcome, startedAt, finishedAt: new Date().toISOString() },
    ...defined({ error, usage, toolCalls, artifacts, deliberation, ballot, outputs: outputsOf(message, verdict) }),
    ...defined({ transcript: stored && { ...stored, name: 'transcript', mediaType: 'application/x-ndjson' } }),
    provenance: { models: modelsOf(task), ...contextOf(context), ...readOf(read) },
  };
  const bytes = Buffer.from(JSON.stringify(result));
  await writeResult(run.folder, bytes);
  const resultDigest = (await storeRecord(bytes, { name: 'result', ...record }))?.digest;
  return {
    message: renderTerminationMessage({ ...message, ...defined({ resultDigest }) }),
    exitCode: exitCodeOf(message),
  };
}

const outputsOf = ({ outcome }: TerminationMessage, { outputs }: Verdict) =>
  outcome === 'succeeded' ? outputs : undefined;

interface Worked {
  readonly verdict: Verdict;
  readonly transcript: Transcript;
  readonly toolCalls: RunnerResult['toolCalls'];
  readonly artifacts: RunnerResult['artifacts'];
  readonly deliberation: RunnerResult['deliberation'];
  readonly ballot: RunnerResult['ballot'];
  readonly read: readonly string[];
  readonly context: AgentWork['context'];
}

async function work(given: RunnerTask, secrets: Secrets, run: AgentRun): Promise<Worked> {
  const transcript = new Transcript(secrets);
  const { name, namespace } = given.workItem;
  const { path, attempt } = given.step;
  transcript.add({ kind: 'task', workItem: `${namespace}/${name}`, step: path, attempt });
  const wallTime = AbortSignal.timeout(Math.min(limitsOf(given).wallTimeSeconds * 1000, longestTimerMs));
  const signal = AbortSignal.any([run.interruption, wallTime]);
  const { modelPatience: patience } = run;
  const headers = headersOf(given);
  const client = new ModelClient({ secrets, transcript, headers, signal, patience });
  const task = { ...given, work: await prepareContext(given.work, { secrets, transcript, headers, signal }) };
  const parts: WorkParts = { task, mark: markOf(given), client, secrets, transcript, signal };
  const tally: Tally = {};
  const telling = new AbortController();
  const { tellingPauses: pauses } = run;
  void tellProgress(task, () => countsOf(client, tally), { signal: AbortSignal.any([signal, telling.signal]), pauses });
  const verdict = await doWork(parts, run, tally).catch((error: unknown): Verdict => {
    if (run.interruption.aborted) return failed('Interrupted', 'The pod was asked to end.', true);
    if (wallTime.aborted) return limitReached(`It took ${limitsOf(task).wallTimeSeconds} s.`);
    return failureOf(error, secrets);
  });
  telling.abort();
  const { toolCalls, artifacts, deliberation, ballot, read } = tally;
  return {
    toolCalls: toolCalls?.(),
    artifacts,
    deliberation,
    ballot,
    read: read?.() ?? [],
    context: packOf(task.work),
    transcript,
    verdict: { ...verdict, usage: client.usage },
  };
}

function countsOf({ answers: turns, usage }: ModelClient, { toolCalls = () => [] }: Tally): ProgressCounts {
  const { promptTokens = 0, completionTokens = 0 } = usage;
  return {
    turns,
    toolCalls: toolCalls().reduce((sum, { calls, refused }) => sum + calls + refused, 0),
    promptTokens,
    completionTokens,
  };
}

function failureOf(error: unknown, secrets: Secrets): Verdict {
  if (error instanceof ModelError) return failed(error.reason, error.message, error.retryable);
  const told = secrets.redact(error instanceof Error ? (error.stack ?? error.message) : String(error));
  console.error(told);
  return failed('RunnerFailed', told.slice(0, 500), true);
}

/** What a server that serves many can tell by whose question it is. */
function headersOf({ work, step }: RunnerTask): Record<string, string> {
  const role = work.kind === 'agent' ? (work.role.role ?? work.role.name) : undefined;
  const headers = defined({ 'x-conclave-role': role, 'x-conclave-step': step.path });
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, encodeURI(value.toWellFormed())]));
}

/** A pack is counted while what asks the model is loaded; where there is none, nothing is asked for it. */
async function prepareContext(work: Work, parts: CountingParts): Promise<Work> {
  if (packOf(work) === undefined) return work;
  const { withCountedContext } = await import('./count-context.ts');
  const [counted] = await Promise.all([withCountedContext(work, parts), loadClient()]);
  return counted;
}

const packOf = (work: Work): AgentWork['context'] => ('context' in work ? work.context : undefined);

/** Which records it was told of: what they say stands in the task. */
function contextOf(pack: AgentWork['context']): JsonObject {
  if (pack === undefined) return {};
  const { tokens, sources } = pack;
  return { context: { tokens, sources } };
}

/** Which artifacts it has looked into beside. */
const readOf = (read: readonly string[]): JsonObject => (read.length === 0 ? {} : { artifacts: [...read] });

function modelsOf({ work }: RunnerTask): string[] {
  if (work.kind === 'agent')
    return unique([work.role, ...(work.graph?.nodes ?? [])].flatMap(({ model }) => model?.name ?? []));
  if (work.kind === 'flow') return unique(work.completions.map(({ model }) => model.name));
  if (work.kind !== 'council') return [];
  return unique([...work.members, ...(work.judge ? [{ role: work.judge }] : [])].map(({ role }) => role.model.name));
}

const unique = (names: readonly string[]) => [...new Set(names)];

async function writeResult(folder: string, bytes: Buffer): Promise<void> {
  const path = join(folder, 'result.json');
  await writeFile(`${path}.part`, bytes);
  await rename(`${path}.part`, path);
}
