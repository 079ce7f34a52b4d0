#!/usr/bin/env node
/** The server: artifacts, cache pointers and events, for the operator and the pods of its steps. */
import { connect } from '../kube/connect.ts';
import { CallerReview } from '../kube/token-review.ts';
import { Authenticator } from '../server/authenticator.ts';
import { createServer, type ConclaveServer } from '../server/create-server.ts';
import { RateLimiter } from '../server/rate-limiter.ts';
import { readTlsFiles, watchTlsFiles, type TlsFilesObserver } from '../server/tls-files.ts';
import { serveHealth } from '../telemetry/health-server.ts';
import { createLogger, type Logger } from '../telemetry/logger.ts';
import { ServerMetrics } from '../telemetry/server-metrics.ts';
import { openRecords } from './open-records.ts';
import { productVersion } from './product-version.ts';
import { parseServerOptions, type ServerOptions } from './server-options.ts';
import { exitAfter, termination } from './termination.ts';

/** Uploads and downloads under way get so long to finish, in milliseconds; the pod's grace period is longer. */
const longestEndMs = 25_000;
/** An answer of the API server counts so long, in milliseconds. */
const identityCacheMs = 10_000;
/** Requests of each WorkItem or user, and questions about new tokens from each address. */
const callerLimits = { perSecond: 50, burst: 200 };
const tokenLimits = { perSecond: 20, burst: 200 };

async function main(options: ServerOptions): Promise<void> {
  const ending = termination();
  const logger = createLogger({ level: options.logLevel });
  const metrics = new ServerMetrics();
  const version = productVersion();
  const { kubeconfig, context, operatorAccount } = options;
  const { client } = await connect({ version, kubeconfig, context });
  const certificate = await readTlsFiles(options.tlsFolder);
  const records = await openRecords(options, { logger, metrics });
  ending.begin();

  const cluster = new CallerReview(client);
  const strangers = new RateLimiter(tokenLimits, () => performance.now());
  const admit = (address: string): void => strangers.take(address);
  const server = createServer(
    {
      ...{ ...records, logger, metrics, limits: callerLimits },
      authenticator: new Authenticator({ cluster, operatorAccount, cacheMs: identityCacheMs, admit }),
      mayCreateEvents: (user, namespace) => cluster.mayCreateEvents(user, namespace),
    },
    certificate,
  );
  const stopWatching = watchTlsFiles(options.tlsFolder, {
    current: certificate,
    observer: observeCertificate(server, logger),
  });
  let stopping = false;
  const whyNotReady = (): string[] => (stopping ? ['the server is stopping'] : []);
  const health = await serveHealth(
    { whyUnhealthy: () => [], whyNotReady, metrics: metrics.registry },
    { port: options.healthPort },
  );
  metrics.collectProcess();
  metrics.collectFrom({ stored: () => records.ledger.total() });
  const port = await listen(server, options.port);
  logger.info({ version, port, health_port: health.port }, 'the server starts');

  const signal = await ending.asked;
  stopping = true;
  logger.info({ signal }, 'the server is told to end');
  exitAfter(longestEndMs, () => logger.error({}, 'requests did not end in time'));
  stopWatching();
  await server.close();
  records.close();
  await Promise.all([health.close(), client.close()]);
  logger.info({}, 'the server has ended');
}

function observeCertificate(server: ConclaveServer, logger: Logger): TlsFilesObserver {
  return {
    renewed: (certificate) => {
      server.renewCertificate(certificate);
      logger.info({}, 'the certificate was renewed');
    },
    failed: (err) => logger.error({ err }, 'the certificate cannot be read; the last one stays in use'),
  };
}

/** On IPv4 and IPv6; the port that it took. */
async function listen({ app }: ConclaveServer, port: number): Promise<number> {
  await app.listen({ port, host: '::' }).catch(() => app.listen({ port, host: '0.0.0.0' }));
  const address = app.server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}

try {
  await main(parseServerOptions(process.argv.slice(2), process.env));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(2); // whatever has been started already would keep a process alive that does nothing
}
