import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Seconds, from a millisecond to a minute: what takes longer is stuck, not slow. */
const durationBuckets = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** What gauges are set from. */
export interface GaugeSources {
  objects(): Iterable<{ readonly resource: string; readonly objects: number }>;
  depths(): Iterable<readonly [controller: string, depth: { readonly ready: number }]>;
}

/** What the operator measures of itself. Names and labels are a contract: `docs/reference/metrics.md`. */
export class Metrics {
  readonly registry = new Registry();
  #sources: GaugeSources | undefined;

  readonly apiRequests = new Counter({
    name: 'conclave_api_requests_total',
    help: 'Requests to the API server that ended; a watch counts when it is open.',
    labelNames: ['verb', 'resource', 'code'],
    registers: [this.registry],
  });
  readonly apiRequestDuration = new Histogram({
    name: 'conclave_api_request_duration_seconds',
    help: 'Time from the call to the last byte of the answer.',
    labelNames: ['verb'],
    buckets: durationBuckets,
    registers: [this.registry],
  });
  readonly watchRestarts = new Counter({
    name: 'conclave_watch_restarts_total',
    help: 'Lists and watches that ended and were begun anew.',
    labelNames: ['resource', 'reason'],
    registers: [this.registry],
  });
  readonly watchLag = new Histogram({
    name: 'conclave_watch_lag_seconds',
    help: 'Age of watch events when they were taken in, by the timestamps they carry (to the second).',
    labelNames: ['resource'],
    buckets: [1, 2, 5, 10, 30, 60, 300],
    registers: [this.registry],
  });
  readonly watchedObjects = new Gauge({
    name: 'conclave_watched_objects',
    help: 'Objects in the cache.',
    labelNames: ['resource'],
    registers: [this.registry],
    collect: () => this.#collectObjects(),
  });
  readonly watchHandlerFailures = new Counter({
    name: 'conclave_watch_handler_failures_total',
    help: 'Errors thrown by whoever is told of changes.',
    labelNames: ['resource'],
    registers: [this.registry],
  });
  readonly reconciles = new Counter({
    name: 'conclave_reconciles_total',
    help: 'Reconciles that ended, by how.',
    labelNames: ['controller', 'result'],
    registers: [this.registry],
  });
  readonly reconcileDuration = new Histogram({
    name: 'conclave_reconcile_duration_seconds',
    help: 'Time that one reconcile took.',
    labelNames: ['controller'],
    buckets: durationBuckets,
    registers: [this.registry],
  });
  readonly queueDepth = new Gauge({
    name: 'conclave_queue_depth',
    help: 'Keys that wait for a worker.',
    labelNames: ['controller'],
    registers: [this.registry],
    collect: () => this.#collectDepths(),
  });
  readonly queueWait = new Histogram({
    name: 'conclave_queue_wait_seconds',
    help: 'Time that keys waited for a worker.',
    labelNames: ['controller'],
    buckets: durationBuckets,
    registers: [this.registry],
  });
  readonly leader = new Gauge({
    name: 'conclave_leader',
    help: '1 while this replica leads, else 0.',
    registers: [this.registry],
  });
  readonly eventsDropped = new Counter({
    name: 'conclave_events_dropped_total',
    help: 'Kubernetes Events that could not be recorded.',
    labelNames: ['reason'],
    registers: [this.registry],
  });

  readonly stepsEnded = new Counter({
    name: 'conclave_steps_total',
    help: 'Steps that ended, by phase; iterations that are done count with their loop.',
    labelNames: ['phase'],
    registers: [this.registry],
  });
  readonly workItemsEnded = new Counter({
    name: 'conclave_work_items_total',
    help: 'WorkItems that ended, by phase.',
    labelNames: ['phase'],
    registers: [this.registry],
  });

  readonly policyEvaluation = new Histogram({
    name: 'conclave_policy_evaluation_duration_seconds',
    help: 'Time that policy engines took to answer; `failed` is no answer, or none that can be read.',
    labelNames: ['result'],
    buckets: durationBuckets,
    registers: [this.registry],
  });

  /** Sets gauges from these sources whenever metrics are collected, and at no other time. */
  collectFrom(sources: GaugeSources): void {
    this.#sources = sources;
  }

  #collectObjects(): void {
    for (const { resource, objects } of this.#sources?.objects() ?? []) {
      this.watchedObjects.set({ resource }, objects);
    }
  }

  #collectDepths(): void {
    for (const [controller, { ready }] of this.#sources?.depths() ?? []) this.queueDepth.set({ controller }, ready);
  }

  /** Adds what Node says of the process: memory, CPU, event-loop lag. */
  collectProcess(): void {
    collectDefaultMetrics({ register: this.registry });
  }
}
