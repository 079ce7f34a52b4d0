import { Forbidden } from '../kube/api-error.ts';
import type { ClusterOptions } from '../kube/cluster.ts';
import type { EventRecorderObserver } from '../kube/event-recorder.ts';
import { leases } from '../kube/lease.ts';
import { resourceName } from '../kube/resource-type.ts';
import type { ReflectorObserver } from '../kube/reflector-observer.ts';
import type { RequestObserver } from '../kube/request-observer.ts';
import type { WorkQueueObserver } from '../kube/work-queue.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Metrics } from '../telemetry/metrics.ts';

const leaseResource = resourceName(leases);

/** Where the machinery's happenings go. */
export interface Telemetry {
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** Told of answers, for readiness. */
export interface AnswerObserver {
  /** The API server took a request on: a gateway's 502 and 503 are not its own, and 401 says that it does not know us. */
  answered(): void;
  /** The Lease was read or written, or a race for it lost. */
  leaseAnswered(): void;
}

/** Counts requests and tells of answers. */
export function observeRequests({ logger, metrics }: Telemetry, answers: AnswerObserver): RequestObserver {
  return {
    requestFinished: ({ target: { verb, resource }, code, durationMs }) => {
      metrics.apiRequests.inc({ verb, resource, code: String(code) });
      metrics.apiRequestDuration.observe({ verb }, durationMs / 1000);
      if (typeof code !== 'number') return;
      if (code < 500 && code !== 401) answers.answered();
      if (resource === leaseResource && (code < 400 || code === 409)) answers.leaseAnswered();
    },
    serverWarned: ({ verb, resource }, warning) => logger.warn({ verb, resource, warning }, 'the API server warns'),
    credentialsFailed: (err) => logger.error({ err }, 'credentials could not be read anew; the last ones stay in use'),
  };
}

/** Counts and logs what the watch of one resource does, in one namespace where one is named. */
export function observeReflector(
  { logger, metrics }: Telemetry,
  resource: string,
  namespace?: string,
): ReflectorObserver {
  const watched = { resource, ...(namespace === undefined ? {} : { namespace }) };
  return {
    listed: ({ durationMs, pages, objects }) => {
      logger.info({ ...watched, duration_ms: Math.round(durationMs), pages, objects }, 'cache filled');
    },
    restarted: ({ reason, error, relist, delayMs }) => {
      metrics.watchRestarts.inc({ resource, reason });
      const fields = {
        ...watched,
        reason,
        relist,
        delay_ms: Math.round(delayMs),
        ...(error === undefined ? {} : { err: error }),
      };
      // Of a namespace by itself `observeRefusals` tells, once instead of each time that it is tried.
      const isTold = namespace !== undefined && error instanceof Forbidden;
      if (reason === 'ServerTimeout' || isTold) logger.debug(fields, 'watch begun anew');
      else logger.warn(fields, 'watch interrupted');
    },
    received: ({ lagMs }) => {
      if (lagMs !== undefined) metrics.watchLag.observe({ resource }, lagMs / 1000);
    },
    handlerFailed: (err) => {
      metrics.watchHandlerFailures.inc({ resource });
      logger.error({ ...watched, err }, 'a handler of changes failed');
    },
  };
}

/** Logs that a namespace may not be read any more, and that it may again. */
export function observeRefusals({ logger }: Telemetry): NonNullable<ClusterOptions['refusalChanged']> {
  return (namespace, err) => {
    if (err === undefined) logger.warn({ namespace }, 'a namespace may be read again');
    else logger.warn({ namespace, err }, 'a namespace may not be read: nothing is done in it until it may');
  };
}

/** Counts the turns of one controller and logs those that failed. */
export function observeTurns({ logger, metrics }: Telemetry, controller: string): WorkQueueObserver {
  return {
    started: ({ waitedMs }) => metrics.queueWait.observe({ controller }, waitedMs / 1000),
    finished: ({ key, outcome, durationMs, error, failures, retryAfterMs }) => {
      metrics.reconciles.inc({ controller, result: outcome });
      metrics.reconcileDuration.observe({ controller }, durationMs / 1000);
      const fields = { controller, object: key, status: outcome, duration_ms: Math.round(durationMs) };
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
