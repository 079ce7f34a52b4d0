#!/usr/bin/env node
/** The operator: watches, reconciles while it leads, and says how it is. */
import { hostname } from 'node:os';
import { systemClock as clock } from '../kube/clock.ts';
import { Cluster } from '../kube/cluster.ts';
import { connect } from '../kube/connect.ts';
import { EventRecorder } from '../kube/event-recorder.ts';
import { OperatorShell } from '../kube/operator-shell.ts';
import { serveHealth } from '../telemetry/health-server.ts';
import { createLogger } from '../telemetry/logger.ts';
import { Metrics } from '../telemetry/metrics.ts';
import { adaptLogger } from './adapt-logger.ts';
import { joinEngine } from './join-engine.ts';
import { HeardOf } from './heard-of.ts';
import { observeEvents, observeReflector, observeRefusals, observeRequests, type Telemetry } from './observers.ts';
import { parseOperatorOptions, type OperatorOptions } from './operator-options.ts';
import { productVersion } from './product-version.ts';
import { whyNotReady } from './readiness.ts';
import { standForElection } from './stand-for-election.ts';
import { exitAfter, termination } from './termination.ts';

/** Turns under way get this long when the process is told to end, in milliseconds. */
const graceMs = 700;
/** As long for Events that wait to be written. */
const eventPatienceMs = 300;
/** The process is gone by then, whatever hangs, in milliseconds: the Lease then expires by itself. */
const longestEndMs = 1_900;

async function main(options: OperatorOptions): Promise<void> {
  const ending = termination();
  const telemetry: Telemetry = { logger: createLogger({ level: options.logLevel }), metrics: new Metrics() };
  const { logger, metrics } = telemetry;
  const { kubeconfig, context, identity, namespaces, workers } = options;
  const version = productVersion();
  // The shell's library loads what KUBECONFIG names, though nothing uses it: let it not stumble over another cluster's.
  if (kubeconfig !== undefined) process.env.KUBECONFIG = kubeconfig;
  const heard = new HeardOf(clock);
  const observer = observeRequests(telemetry, heard);
  const { client } = await connect({ version, observer, kubeconfig, context });
  ending.begin();

  const lease = { namespace: options.leaseNamespace, name: options.leaseName };
  const { elector, run } = standForElection(telemetry, {
    election: { client, lease, identity, clock, random: Math.random },
    lead: () => (lead.begin(), void shell.work()),
    lose: () => lead.end(),
  });
  const observe = (resource: string, watched: string | undefined) => observeReflector(telemetry, resource, watched);
  const gated = client.withGate(elector);
  const refusalChanged = observeRefusals(telemetry);
  const cluster = new Cluster({ client: gated, clock, random: Math.random, observe, refusalChanged });
  const reporter = { reportingController: 'conclave.dev/operator', reportingInstance: identity };
  const events = new EventRecorder({ client: gated, reporter, clock, observer: observeEvents(telemetry) });
  const shell = new OperatorShell({ cluster, clock, random: Math.random, logger: adaptLogger(logger) });
  const lead = joinEngine({ shell, cluster, events, telemetry, namespaces, workers, client: gated }, options);

  let stopping = false;
  const whyNot = () =>
    whyNotReady({ stopping, caches: cluster.states(), namespaces: cluster.namespaceStates(), ...heard.since() });
  const health = await serveHealth(
    { whyUnhealthy: () => [], whyNotReady: whyNot, metrics: metrics.registry },
    { port: options.healthPort },
  );
  metrics.collectProcess();
  metrics.collectFrom({ objects: () => cluster.states(), depths: () => shell.depths() });
  logger.info({ version, identity, health_port: health.port }, 'the operator starts');
  await shell.start();
  const leaving = new AbortController();
  const election = run(leaving.signal);
  const signal = await Promise.race([ending.asked, election.then(() => ending.asked)]);
  stopping = true;
  logger.info({ signal }, 'the operator is told to end');
  exitAfter(longestEndMs, () => logger.error({}, 'the API server did not answer in time; the Lease will expire'));
  // Turns end while this process still leads; only then is the Lease given up.
  lead.end();
  const unfinished = await shell.shutDown(graceMs);
  await events.stop(eventPatienceMs);
  leaving.abort();
  await election;
  await Promise.all([health.close(), client.close()]);
  logger.info({ unfinished }, 'the operator has ended');
}

try {
  await main(parseOperatorOptions(process.argv.slice(2), process.env, `${hostname()}_${process.pid}`));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(2); // whatever has been started already would keep a process alive that does nothing
}
