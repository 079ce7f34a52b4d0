import { rounded } from '../statistics.ts';
import type { MetricSamples } from './metric-samples.ts';

const writing: ReadonlySet<string> = new Set(['create', 'update', 'patch', 'apply', 'delete', 'deletecollection']);
const requests = 'conclave_api_requests_total';

/**
 * Writes to the API server that the work waits for: without those of the Lease, which is written by time, and without
 * Events, which are written in the background and dropped when there are too many.
 */
export function countWrites(samples: MetricSamples): number {
  return samples.sum(requests, ({ verb = '', resource = '' }) => writing.has(verb) && !isBeside(resource));
}

/** Writes of Events. */
export function countEvents(samples: MetricSamples): number {
  return samples.sum(requests, ({ verb = '', resource = '' }) => writing.has(verb) && resource.startsWith('events'));
}

const isBeside = (resource: string) => resource.startsWith('leases') || resource.startsWith('events');

/** All requests to the API server. */
export const countRequests = (samples: MetricSamples): number => samples.sum(requests);

/** WorkItems that have ended, by phase. */
export const endedWorkItems = (samples: MetricSamples): ReadonlyMap<string, number> =>
  samples.by('conclave_work_items_total', 'phase');

/** Turns of the controller of WorkItems. */
export const countTurns = (samples: MetricSamples): number =>
  samples.sum('conclave_reconciles_total', ({ controller }) => controller === 'workitems');

/** Keys that wait for a turn. */
export const countQueued = (samples: MetricSamples): number => samples.sum('conclave_queue_depth');

/** Memory of the process, in bytes. */
export const residentBytes = (samples: MetricSamples): number => samples.sum('process_resident_memory_bytes');

/** What the work between two looks at an operator's metrics took, by step. */
export function figuresBetween(before: MetricSamples, after: MetricSamples, steps: number): Record<string, number> {
  const grown = (count: (samples: MetricSamples) => number) => count(after) - count(before);
  return {
    writesPerStep: rounded(grown(countWrites) / steps, 2),
    eventsPerStep: rounded(grown(countEvents) / steps, 2),
    turnsPerStep: rounded(grown(countTurns) / steps, 2),
    cpuMsPerStep: rounded((grown((samples) => samples.sum('process_cpu_seconds_total')) * 1000) / steps, 2),
    rssMiB: rounded(residentBytes(after) / 2 ** 20, 0),
    eventLoopLagP99Ms: rounded(after.sum('nodejs_eventloop_lag_p99_seconds') * 1000, 1),
  };
}
