import type { EventRecorderObserver } from '../kube/event-recorder.ts';
import type { ReflectorObserver } from '../kube/reflector-observer.ts';
import type { RequestObserver } from '../kube/request-observer.ts';
import type { WorkQueueObserver } from '../kube/work-queue.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Metrics } from '../telemetry/metrics.ts';

/** Where the machinery's happenings go. */
export interface Telemetry {
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/**
 * Counts requests; `onAnswer` is called for each that the API server took on: a gateway answers 502 and 503 in place of a
 * server that is away, and 401 says that it does not know us.
 */
export function observeRequests({ logger, metrics }: Telemetry, onAnswer: () => void): RequestObserver {
  return {
    requestFinished: ({ target: { verb, resource }, code, durationMs }) => {
      metrics.apiRequests.inc({ verb, resource, code: String(code) });
      metrics.apiRequestDuration.observe({ verb }, durationMs / 1000);
      if (typeof code === 'number' && code < 500 && code !== 401) onAnswer();
    },
    serverWarned: ({ verb, resource }, warning) => logger.warn({ verb, resource, warning }, 'the API server warns'),
    credentialsFailed: (err) => logger.error({ err }, 'credentials could not be read anew; the last ones stay in use'),
  };
}

/** Counts and logs what the watch of one resource does. */
export function observeReflector({ logger, metrics }: Telemetry, kind: string): ReflectorObserver {
  return {
    listed: ({ durationMs, pages, objects }) => {
      logger.info({ kind, duration_ms: Math.round(durationMs), pages, objects }, 'cache filled');
    },
    restarted: ({ reason, error, relist, delayMs }) => {
      metrics.watchRestarts.inc({ kind, reason });
      const fields = {
        kind,
        reason,
        relist,
        delay_ms: Math.round(delayMs),
        ...(error === undefined ? {} : { err: error }),
      };
      if (reason === 'ServerTimeout') logger.debug(fields, 'watch begun anew');
      else logger.warn(fields, 'watch interrupted');
    },
    received: ({ lagMs }) => {
      if (lagMs !== undefined) metrics.watchLag.observe({ kind }, lagMs / 1000);
    },
    handlerFailed: (err) => {
      metrics.watchHandlerFailures.inc({ kind });
      logger.error({ kind, err }, 'a handler of changes failed');
    },
  };
}

/** Counts the turns of one controller and logs those that failed. */
export function observeTurns({ logger, metrics }: Telemetry, kind: string): WorkQueueObserver {
  return {
    started: ({ waitedMs }) => metrics.queueWait.observe({ kind }, waitedMs / 1000),
    finished: ({ key, outcome, durationMs, error, failures, retryAfterMs }) => {
      metrics.reconciles.inc({ kind, result: outcome });
      metrics.reconcileDuration.observe({ kind }, durationMs / 1000);
      const fields = { kind, object: key, status: outcome, duration_ms: Math.round(durationMs) };
      if (outcome === 'failed' || outcome === 'terminal') {
        logger.error({ ...fields, err: error, failures, retry_after_ms: retryAfterMs }, 'reconcile failed');
      } else logger.debug(fields, 'reconciled');
    },
  };
}

/** Counts Kubernetes Events that could not be written. */
export function observeEvents({ logger, metrics }: Telemetry): EventRecorderObserver {
  return {
    eventDropped: (reason) => metrics.eventsDropped.inc({ reason }),
    eventFailed: (err) => logger.warn({ err }, 'an Event could not be written'),
  };
}
