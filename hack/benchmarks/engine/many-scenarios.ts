import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterScenario, ScenarioResult } from '../scenario.ts';
import { rounded } from '../statistics.ts';
import { createPipeline, createWorkItems } from './create-work-items.ts';
import { type EnginePlace, inEnginePlace, letRun } from './engine-place.ts';
import { MeasuredOperator, withOperator } from './measured-operator.ts';
import type { MetricSamples } from './metric-samples.ts';
import { countEvents, countQueued, countRequests, countTurns, residentBytes } from './operator-figures.ts';
import { waitingPipeline } from './sample-pipelines.ts';

const usualSize = 10_000;
const steps = 10;
const patience = { timeoutMs: 600_000 };
/** Longer than the Lease and the watches take to repeat themselves. */
const idleSeconds = 60;
/** Without an Event for so long, there are none left. */
const quietMs = 10_000;
const usual = { needs: 'cluster', usualRounds: 1, usualSize } as const;

/** What a great many WorkItems cost that wait for something. */
export const idleScenario: ClusterScenario = {
  ...{ ...usual, name: 'idle', summary: 'requests, processor time and memory while 10,000 WorkItems wait' },
  run: (context) => inEnginePlace(context, measureIdle),
};

/** How soon a new operator has looked at a great many WorkItems. */
export const restartScenario: ClusterScenario = {
  ...{
    ...usual,
    name: 'restart',
    summary: 'time from the start of the process until it has looked at 10,000 WorkItems',
  },
  run: (context) => inEnginePlace(context, measureRestart),
};

async function measureIdle(place: EnginePlace): Promise<ScenarioResult> {
  const { size = usualSize } = place;
  const { empty, before, after } = await withOperator(place, async (operator) => {
    const emptyBytes = residentBytes(await operator.metrics());
    await begin(place, operator);
    place.report('waiting for the last Events to be written');
    await untilQuiet(operator);
    place.report(`looking on for ${idleSeconds} s`);
    const first = await operator.metrics();
    await sleep(idleSeconds * 1000);
    return { empty: emptyBytes, before: first, after: await operator.metrics() };
  });
  const perSecond = (count: (samples: MetricSamples) => number) => (count(after) - count(before)) / idleSeconds;
  const figures = {
    requestsPerSecond: rounded(perSecond(countRequests), 2),
    turnsPerSecond: rounded(perSecond(countTurns), 2),
    cpuMsPerSecond: rounded(perSecond((samples) => samples.sum('process_cpu_seconds_total')) * 1000, 1),
    rssMiB: rounded(residentBytes(after) / 2 ** 20, 0),
    megabytesPerThousand: rounded((residentBytes(after) - empty) / 1e6 / (size / 1000), 1),
  };
  return {
    ...{ figures, rows: [figures] },
    requirements: [
      { name: 'requests per second', atMost: 1, measured: figures.requestsPerSecond },
      { name: 'megabytes per 1,000 WorkItems', atMost: 20, measured: figures.megabytesPerThousand },
    ],
    notes: [
      `${size} WorkItems of ${steps} steps that have begun and wait; ${idleSeconds} s, the Lease included.`,
      'Memory is what the process has gained since it had no WorkItems.',
    ],
  };
}

async function measureRestart(place: EnginePlace): Promise<ScenarioResult> {
  const { size = usualSize } = place;
  await withOperator(place, (operator) => begin(place, operator));
  place.report('starting another operator');
  const operator = await MeasuredOperator.start(place);
  const startedAt = performance.now();
  try {
    await operator.untilReady();
    const readySeconds = rounded((performance.now() - startedAt) / 1000, 1);
    const after = await operator.until(hasLookedAt(size), patience);
    const seconds = rounded((performance.now() - startedAt) / 1000, 1);
    const figures = {
      seconds,
      readySeconds,
      turns: countTurns(after),
      rssMiB: rounded(residentBytes(after) / 2 ** 20, 0),
    };
    return {
      ...{ figures, rows: [figures] },
      requirements: [{ name: 'seconds until all were looked at', atMost: 10, measured: seconds }],
      notes: [`${size} WorkItems of ${steps} steps that have begun and wait; the operator before gave up its Lease.`],
    };
  } finally {
    await operator.stop();
  }
}

/** Creates the WorkItems and waits until all have begun and nothing is left to do. */
async function begin(place: EnginePlace, operator: MeasuredOperator): Promise<void> {
  const { client, namespace, report, size = usualSize } = place;
  await createPipeline(client, namespace, waitingPipeline(steps));
  await letRun(client, namespace, 10_000);
  report(`creating ${size} WorkItems`);
  await createWorkItems(client, namespace, { prefix: 'waits', count: size });
  await operator.until(hasBegun(size), patience);
}

/** Events are written in the background, so many a second: 10,000 take minutes. */
async function untilQuiet(operator: MeasuredOperator): Promise<void> {
  let [events, quietSinceMs] = [-1, 0];
  const isQuiet = (samples: MetricSamples) => {
    if (countEvents(samples) !== events) [events, quietSinceMs] = [countEvents(samples), performance.now()];
    return performance.now() - quietSinceMs > quietMs;
  };
  await operator.until(isQuiet, { timeoutMs: 1_200_000, pollMs: 2_000 });
}

/** Each has been written once, and no key waits. */
const hasBegun = (size: number) => (samples: MetricSamples) =>
  samples.sum('conclave_api_requests_total', isStatusWrite) >= size && countQueued(samples) === 0;

const hasLookedAt = (size: number) => (samples: MetricSamples) =>
  countTurns(samples) >= size && countQueued(samples) === 0;

const isStatusWrite = ({ verb, resource = '', code }: Readonly<Record<string, string>>) =>
  verb === 'update' && code === '200' && /^workitems.*status/.test(resource);
