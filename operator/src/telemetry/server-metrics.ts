import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Seconds: large artifacts and long polls take their time. */
const durationBuckets = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

/** What gauges of the server are set from. */
export interface ServerGaugeSources {
  stored(): { readonly artifacts: number; readonly sizeBytes: number };
}

/** What the server measures of itself. Names and labels are a contract. */
export class ServerMetrics {
  readonly registry = new Registry();
  #sources: ServerGaugeSources | undefined;

  readonly requests = new Counter({
    name: 'conclave_server_requests_total',
    help: 'Requests that were answered.',
    labelNames: ['method', 'route', 'code'],
    registers: [this.registry],
  });
  readonly requestDuration = new Histogram({
    name: 'conclave_server_request_duration_seconds',
    help: 'Time from the request to the last byte of the answer.',
    labelNames: ['method', 'route'],
    buckets: durationBuckets,
    registers: [this.registry],
  });
  readonly receivedBytes = new Counter({
    name: 'conclave_server_artifact_received_bytes_total',
    help: 'Bytes of artifacts that were stored.',
    registers: [this.registry],
  });
  readonly sentBytes = new Counter({
    name: 'conclave_server_artifact_sent_bytes_total',
    help: 'Bytes of artifacts that were handed out.',
    registers: [this.registry],
  });
  readonly brokenArtifacts = new Counter({
    name: 'conclave_server_broken_artifacts_total',
    help: 'Artifacts that were found damaged or lost when they were read.',
    registers: [this.registry],
  });
  readonly artifacts = new Gauge({
    name: 'conclave_server_artifacts',
    help: 'Artifacts that are stored.',
    registers: [this.registry],
    collect: () => this.#collectStored(),
  });
  readonly artifactBytes = new Gauge({
    name: 'conclave_server_artifact_bytes',
    help: 'Bytes of the artifacts that are stored.',
    registers: [this.registry],
  });
  readonly events = new Counter({
    name: 'conclave_server_events_total',
    help: 'Events that were taken in, and those that were there already.',
    labelNames: ['result'],
    registers: [this.registry],
  });
  readonly swept = new Counter({
    name: 'conclave_server_swept_total',
    help: 'Records whose time was over.',
    labelNames: ['what'],
    registers: [this.registry],
  });

  /** Sets gauges from these sources whenever metrics are collected. */
  collectFrom(sources: ServerGaugeSources): void {
    this.#sources = sources;
  }

  #collectStored(): void {
    const stored = this.#sources?.stored();
    if (stored === undefined) return;
    this.artifacts.set(stored.artifacts);
    this.artifactBytes.set(stored.sizeBytes);
  }

  /** Adds what Node says of the process: memory, CPU, event-loop lag. */
  collectProcess(): void {
    collectDefaultMetrics({ register: this.registry });
  }
}
