import { describe, expect, it } from 'vitest';
import { parseMetrics } from './metric-samples.ts';
import { countEvents, countRequests, countWrites, endedWorkItems, figuresBetween } from './operator-figures.ts';

const metrics = ({ jobs = 0, statuses = 0, turns = 0, cpu = 0 }) =>
  parseMetrics(`
conclave_api_requests_total{verb="create",resource="jobs.batch",code="201"} ${jobs}
conclave_api_requests_total{verb="update",resource="workitems.conclave.dev/status",code="200"} ${statuses}
conclave_api_requests_total{verb="update",resource="leases.coordination.k8s.io",code="200"} 100
conclave_api_requests_total{verb="create",resource="events.events.k8s.io",code="201"} 5
conclave_api_requests_total{verb="watch",resource="pods",code="200"} 3
conclave_reconciles_total{controller="workitems",result="done"} ${turns}
conclave_reconciles_total{controller="pipelines",result="done"} 50
conclave_work_items_total{phase="Succeeded"} 4
conclave_work_items_total{phase="Failed"} 1
process_cpu_seconds_total ${cpu}
process_resident_memory_bytes ${200 * 2 ** 20}
nodejs_eventloop_lag_p99_seconds 0.0123
`);

describe('figures of an operator', () => {
  it('count the writes that work waits for, and apart from them Events and all requests', () => {
    expect(countWrites(metrics({ jobs: 3, statuses: 4 }))).toBe(7);
    expect(countEvents(metrics({}))).toBe(5);
    expect(countRequests(metrics({ jobs: 3, statuses: 4 }))).toBe(115);
  });

  it('tell how WorkItems ended', () => {
    expect(endedWorkItems(metrics({}))).toEqual(
      new Map([
        ['Succeeded', 4],
        ['Failed', 1],
      ]),
    );
  });

  it('are of the work between two looks, by step', () => {
    const before = metrics({ jobs: 10, statuses: 10, turns: 30, cpu: 1 });
    const after = metrics({ jobs: 20, statuses: 22, turns: 60, cpu: 1.5 });
    expect(figuresBetween(before, after, 10)).toEqual({
      ...{ writesPerStep: 2.2, eventsPerStep: 0, turnsPerStep: 3, cpuMsPerStep: 50 },
      ...{ rssMiB: 200, eventLoopLagP99Ms: 12.3 },
    });
  });
});
