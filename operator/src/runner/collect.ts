import { Readable } from 'node:stream';
import { join } from 'node:path';
import { exitCodes } from '../api/runner-contract.ts';
import type { TerminationMessage } from '../api/runner-result.ts';
import type { RunnerTask } from '../api/runner-task.ts';
import { defined } from '../core/defined.ts';
import type { ArtifactClient, Patience } from './artifact-client.ts';
import { checkOutputs } from './check-outputs.ts';
import { readSharedFile } from './read-shared-file.ts';
import { digestOfBytes, readTask, TaskError } from './read-task.ts';
import { fitsTerminationMessage, renderTerminationMessage } from './render-termination-message.ts';
import { failed, type Failure, type Verdict } from './verdict.ts';

/** What the launcher keeps of a result, and what surrounds it. */
const maxResultBytes = 16 * 1024 * 1024;

/** What to collect, and how. */
export interface Collection {
  /** The folder that the containers of the pod share. */
  readonly folder: string;
  /** Of the task document, where it came as an artifact. */
  readonly taskDigest: string | undefined;
  readonly patience?: Patience;
}

/** What the container leaves behind, and its exit code. */
export interface Collected {
  readonly message: string;
  readonly exitCode: number;
}

/** Judges what the container before has left, stores what is large, and says how the attempt ended. */
export async function collect({ folder, taskDigest, patience }: Collection): Promise<Collected> {
  const message = await judge({ folder, taskDigest, ...(patience && { patience }) });
  return { message: renderTerminationMessage(message), exitCode: exitCodeOf(message) };
}

async function judge({ folder, taskDigest, patience }: Collection): Promise<TerminationMessage> {
  let task: RunnerTask;
  try {
    task = await readTask(join(folder, 'task.json'), taskDigest);
  } catch (error) {
    if (!(error instanceof TaskError)) throw error;
    return failed('TaskUnreadable', error.message);
  }
  return await conclude(await readVerdict(folder, task.work.kind), { folder, task, patience });
}

/** What a verdict is part of. */
export interface Conclusion {
  readonly folder: string;
  readonly task: RunnerTask;
  readonly patience?: Patience | undefined;
}

/** Checks what is claimed, and stores what belongs to it: only then it counts. */
export async function conclude(
  { artifacts = [], ...verdict }: Verdict,
  { folder, task, patience }: Conclusion,
): Promise<TerminationMessage> {
  if (verdict.outcome !== 'succeeded') return verdict;
  const checked = await checkOutputs(verdict.outputs ?? {}, task);
  if ('failure' in checked) return spoilt(verdict, checked.failure);
  const store = new Store(task, patience);
  const problem = await store.keep(join(folder, 'artifacts'), artifacts);
  return problem === undefined ? await store.refer(verdict, checked.json) : spoilt(verdict, problem);
}

/** A failure says what was used, too. */
const spoilt = ({ usage }: Verdict, error: Failure): TerminationMessage => ({
  outcome: 'failed',
  error,
  ...defined({ usage }),
});

/** What reads foreign results is loaded only for them: agents have none. */
async function readVerdict(folder: string, kind: string): Promise<Verdict> {
  const { keptOutputBytes, parseLastLine, parseResult } = await import('./parse-result.ts');
  const result = await readSharedFile(join(folder, 'result.json'), maxResultBytes);
  if (result !== 'absent') {
    if ('problem' in result) return failed('ResultInvalid', `The result ${result.problem}.`);
    return parseResult(result.bytes, kind);
  }
  const output = kind === 'method' ? await readSharedFile(join(folder, 'stdout'), keptOutputBytes) : 'absent';
  if (output === 'absent') {
    return failed('NoResult', 'There is no /conclave/result.json, and no standard output of a command of the Method.');
  }
  if ('problem' in output) return failed('ResultInvalid', `The standard output that was kept ${output.problem}.`);
  return parseLastLine(output.bytes);
}

/** The artifact service of a task; what talks to it is loaded when there is something to store. */
class Store {
  readonly #task: RunnerTask;
  readonly #patience: Patience | undefined;

  constructor(task: RunnerTask, patience: Patience | undefined) {
    this.#task = task;
    this.#patience = patience;
  }

  async keep(folder: string, artifacts: NonNullable<Verdict['artifacts']>) {
    if (artifacts.length === 0) return undefined;
    const { uploadArtifacts } = await import('./upload-artifacts.ts');
    return await this.#use((client) => uploadArtifacts(client, folder, artifacts));
  }

  /** The verdict with its outputs where they fit, else with their digest. */
  async refer(verdict: Verdict, outputsJson: string): Promise<TerminationMessage> {
    if (fitsTerminationMessage(verdict)) return verdict;
    const bytes = Buffer.from(outputsJson);
    const reference = { digest: digestOfBytes(bytes), sizeBytes: bytes.length };
    const problem = await this.#use(async (client) => {
      await client.upload({ ...reference, open: () => Readable.from([bytes]) });
      return undefined;
    });
    if (problem !== undefined) return spoilt(verdict, problem);
    return { outcome: 'succeeded', ...reference, ...defined({ usage: verdict.usage }) };
  }

  async #use(action: (client: ArtifactClient) => Promise<Failure | undefined>): Promise<Failure | undefined> {
    const { ArtifactClient, ArtifactError } = await import('./artifact-client.ts');
    const { artifacts } = this.#task;
    if (artifacts === undefined) return { ...noService, retryable: false };
    try {
      return await action(new ArtifactClient(artifacts, this.#patience));
    } catch (error) {
      if (!(error instanceof ArtifactError)) throw error;
      return { reason: 'UploadFailed', message: error.message, retryable: error.retryable };
    }
  }
}

const noService = {
  reason: 'UploadFailed',
  message: 'The result has to be stored as an artifact, and the task names no artifact service.',
};

/** How the container ends. */
export function exitCodeOf({ outcome, error }: TerminationMessage): number {
  if (outcome === 'succeeded') return exitCodes.done;
  if (outcome === 'limit') return exitCodes.limitReached;
  return error?.retryable === true ? exitCodes.retryable : exitCodes.terminal;
}
