import { setTimeout as sleep } from 'node:timers/promises';
import type { ProgressCounts } from '../../api/attempt-progress.ts';
import type { RunnerTask } from '../../api/runner-task.ts';
import type { ArtifactService } from '../artifact-client.ts';

/** When progress is told; times in milliseconds. */
export interface TellingPauses {
  readonly firstMs: number;
  readonly everyMs: number;
}

/** Short work ends before it is worth telling; the operator records it once a minute. */
const usualPauses: TellingPauses = { firstMs: 10_000, everyMs: 30_000 };

/**
 * Tells the server how far the work has come, where something has changed, until the signal aborts. Nothing waits for it, and
 * what cannot be told is told with the next.
 */
export async function tellProgress(
  { artifacts: service, step: { path: step, attempt } }: Pick<RunnerTask, 'artifacts' | 'step'>,
  counts: () => ProgressCounts,
  {
    signal,
    pauses: { firstMs, everyMs } = usualPauses,
  }: { readonly signal: AbortSignal; readonly pauses?: TellingPauses | undefined },
): Promise<void> {
  const isOver = () => signal.aborted;
  if (service === undefined) return;
  await pause(firstMs, signal);
  let told = '';
  while (!isOver()) {
    const now = JSON.stringify({ step, attempt, ...counts() });
    if (now !== told && (await isTold(service, now, signal))) told = now;
    await pause(everyMs, signal);
  }
}

async function isTold(service: ArtifactService, progress: string, signal: AbortSignal): Promise<boolean> {
  const { ArtifactClient } = await import('../artifact-client.ts');
  return await new ArtifactClient(service).tellProgress(progress, signal).then(
    () => true,
    () => false,
  );
}

const pause = (ms: number, signal: AbortSignal) => sleep(ms, undefined, { signal, ref: false }).catch(() => undefined);
