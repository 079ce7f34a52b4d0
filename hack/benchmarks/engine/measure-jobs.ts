import { setTimeout as sleep } from 'node:timers/promises';
import { parseEngineOptions } from '../../../operator/src/cmd/engine-options.ts';
import { jobs } from '../../../operator/src/kube/job.ts';
import { BareLoop } from './bare-loop.ts';
import { createWorkItems } from './create-work-items.ts';
import type { EnginePlace } from './engine-place.ts';
import type { MeasuredOperator } from './measured-operator.ts';
import type { MetricSamples } from './metric-samples.ts';
import { endedWorkItems, figuresBetween } from './operator-figures.ts';
import { whileWatchingPods } from './pod-ends.ts';
import { StepTimes } from './step-times.ts';

/** Work for the engine. */
export interface Load {
  readonly workItems: number;
  readonly stepsPerWorkItem: number;
  /** Pods of all of it. */
  readonly pods: number;
}

/** Work whose steps are Jobs. */
export interface JobLoad extends Load {
  /** Jobs that run one after the other; with 1 all Jobs of a WorkItem are independent. */
  readonly chainLength: number;
  /** Chains at the same time. */
  readonly lanes: number;
}

/** How fast one side was. */
export interface JobSpeed {
  readonly stepsPerSecond: number;
  readonly stepsMs: readonly number[];
}

const timeoutMs = 900_000;
const { image, runtimeImage, serverUrl } = parseEngineOptions(() => undefined, 'conclave-system');

/** The same Jobs made by a bare loop, which no operator can be faster than. */
export async function measureCeiling(place: EnginePlace, load: JobLoad, round: number): Promise<JobSpeed> {
  const { client, asOperator, bareNamespace: namespace } = place;
  const steps = load.workItems * load.stepsPerWorkItem;
  const chains = steps / load.chainLength;
  const owners = await createWorkItems(client, namespace, { prefix: `bare-${round}`, count: chains, suspend: true });
  const loop = new BareLoop({
    ...{ owners, jobsPerChain: load.chainLength, lanes: load.lanes, serverUrl },
    images: { conclave: image, runtime: runtimeImage },
    create: (job) => asOperator.create(jobs, job),
  });
  const times = new StepTimes(load.pods);
  const seconds = await whileWatchingPods(
    { client, namespace },
    (end) => {
      times.take(end);
      loop.take(end);
    },
    () => secondsOf(() => loop.run()),
  );
  return { stepsPerSecond: steps / seconds, stepsMs: times.stepsMs };
}

/** The same work, run by the operator: from the creation of the WorkItems until all of them have succeeded. */
export async function measureEngine(
  place: EnginePlace,
  operator: MeasuredOperator,
  { load, round }: { readonly load: Load; readonly round: number },
): Promise<JobSpeed & { readonly figures: Record<string, number> }> {
  const { client, namespace } = place;
  const { workItems: count, stepsPerWorkItem } = load;
  const times = new StepTimes(load.pods);
  const steps = count * stepsPerWorkItem;
  const before = await operator.metrics();
  const endedBefore = ended(endedWorkItems(before));
  const seconds = await whileWatchingPods({ client, namespace }, times.take, () =>
    secondsOf(async () => {
      await createWorkItems(client, namespace, { prefix: `run-${round}`, count });
      const haveEnded = (samples: MetricSamples) => haveSucceeded(endedWorkItems(samples), endedBefore + count);
      // The watch of the Pods tells first: asking for metrics again and again would be a part of what is measured.
      await Promise.race([times.all, operator.until(haveEnded, { timeoutMs, pollMs: 2_000 })]);
      await operator.until(haveEnded, { timeoutMs });
    }),
  );
  if (times.ends !== load.pods || times.failed > 0)
    throw new Error(`${times.ends} Pods ended, ${times.failed} of them failed; ${load.pods} were expected`);
  // The last Events are written a little later.
  await sleep(1_000);
  const figures = figuresBetween(before, await operator.metrics(), steps);
  return { stepsPerSecond: steps / seconds, stepsMs: times.stepsMs, figures };
}

/** Whether so many have ended. @throws Error when one of them did not succeed */
function haveSucceeded(phases: ReadonlyMap<string, number>, count: number): boolean {
  const failed = [...phases].find(([phase, number]) => phase !== 'Succeeded' && number > 0);
  if (failed !== undefined) throw new Error(`${failed[1]} WorkItems ended as ${failed[0]}`);
  return ended(phases) >= count;
}

const ended = (phases: ReadonlyMap<string, number>) => [...phases.values()].reduce((sum, number) => sum + number, 0);

async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return (performance.now() - startedAt) / 1000;
}
