import type { SecureContextOptions } from 'node:tls';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { artifactRoutes, referenceRoutes } from './artifact-routes.ts';
import { cacheRoutes } from './cache-routes.ts';
import { eventRoutes, inboundEventRoutes } from './event-routes.ts';
import { progressRoutes } from './progress-routes.ts';
import { RateLimiter } from './rate-limiter.ts';
import { errorBody, Refusal, refusalOf, type RefusalDetails } from './refusal.ts';
import { readRest } from './read-rest.ts';
import { knownCallerOf, requestId, setCaller } from './request-context.ts';
import type { ServerParts } from './server-parts.ts';

/** Certificate and key of the server, as PEM. */
export type ServerCertificate = Required<Pick<SecureContextOptions, 'cert' | 'key'>>;

/** The server as long as it runs. */
export interface ConclaveServer {
  readonly app: FastifyInstance;
  /** From the next connection on it shows this certificate. */
  renewCertificate(certificate: ServerCertificate): void;
  /** Takes no more requests, ends long polls at once and lets the others finish. */
  close(): Promise<void>;
}

/** A whole request may take so long, in milliseconds: the largest upload over a slow line. */
const requestTimeoutMs = 15 * 60 * 1000;
/** A connection on which nothing moves is ended, in milliseconds; longer than the longest poll. */
const idleTimeoutMs = 120_000;
const largestJsonBytes = 64 * 1024;
const longestParameter = 300;

/** The HTTP server: artifacts, cache pointers, events and progress. It does not listen yet. */
export function createServer(parts: ServerParts, certificate: ServerCertificate): ConclaveServer {
  const ending = new AbortController();
  const app = fastify({
    https: { ...certificate, minVersion: 'TLSv1.2' },
    genReqId: ({ headers }) => requestId(headers['x-request-id']),
    bodyLimit: largestJsonBytes,
    requestTimeout: requestTimeoutMs,
    connectionTimeout: idleTimeoutMs,
    routerOptions: { maxParamLength: longestParameter },
  });
  // Typed by the kind of the server underneath, which no route cares about.
  const plain = app as unknown as FastifyInstance;
  addAuthentication(plain, parts);
  addTelemetry(plain, parts);
  plain.setErrorHandler((error, request, reply) => answerError({ error, request, reply }, parts));
  plain.setNotFoundHandler((_request, reply) => answer(reply, notFound));
  plain.register((scope, _options, done) => {
    artifactRoutes(scope, parts);
    done();
  });
  plain.register((scope, _options, done) => {
    inboundEventRoutes(scope, parts);
    done();
  });
  referenceRoutes(plain, parts);
  cacheRoutes(plain, parts);
  eventRoutes(plain, parts, ending.signal);
  progressRoutes(plain, parts, ending.signal);
  return {
    app: plain,
    renewCertificate: (renewed) => app.server.setSecureContext({ ...renewed, minVersion: 'TLSv1.2' }),
    close: async () => {
      ending.abort();
      await app.close();
    },
  };
}

const notFound: RefusalDetails = {
  status: 404,
  reason: 'NotFound',
  message: 'there is nothing at this address',
  hint: 'there is /v1/artifacts, /v1/cache, /v1/events, /v1/progress, /v1/work-items and /events',
};

/** Before a byte of the body is read. */
function addAuthentication(app: FastifyInstance, { authenticator, limits }: ServerParts): void {
  const limiter = new RateLimiter(limits, () => performance.now());
  app.addHook('onRequest', async (request) => {
    const caller = await authenticator.authenticate(request.headers.authorization, request.ip);
    setCaller(request, caller);
    if (caller.kind === 'pod') limiter.take(caller.scope.workItem);
    if (caller.kind === 'user') limiter.take(caller.user.username);
  });
}

function addTelemetry(app: FastifyInstance, { logger, metrics }: ServerParts): void {
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    done();
  });
  app.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'none';
    const { method } = request;
    const caller = knownCallerOf(request);
    metrics.requests.inc({ method, route, code: String(reply.statusCode) });
    metrics.requestDuration.observe({ method, route }, reply.elapsedTime / 1000);
    const fields = {
      correlation_id: request.id,
      ...(caller?.kind === 'pod' ? { workflow_id: caller.scope.workItem, namespace: caller.scope.namespace } : {}),
      status: String(reply.statusCode),
      duration_ms: Math.round(reply.elapsedTime),
    };
    logger.debug({ ...fields, method, route, caller: caller?.user.username ?? null }, 'answered');
    done();
  });
}

async function answerError(
  { error, request, reply }: { error: unknown; request: FastifyRequest; reply: FastifyReply },
  { logger }: ServerParts,
): Promise<FastifyReply> {
  const details = refusalOf(error);
  const { status, reason } = details;
  if (status >= 500) logger.error({ err: error, correlation_id: request.id, reason }, 'a request failed');
  else if (error instanceof Refusal) logger.debug({ correlation_id: request.id, reason }, 'a request was refused');
  await readRest(request.raw);
  if (!request.raw.complete) reply.header('connection', 'close');
  return answer(reply, details);
}

function answer(reply: FastifyReply, details: RefusalDetails): FastifyReply {
  const { status, retryAfterSeconds } = details;
  if (retryAfterSeconds !== undefined) reply.header('retry-after', String(retryAfterSeconds));
  if (status === 401) reply.header('www-authenticate', 'Bearer');
  return reply.code(status).send(errorBody(details));
}
