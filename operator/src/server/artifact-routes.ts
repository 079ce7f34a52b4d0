import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { WorkItemScope } from '../core/records/work-item-scope.ts';
import { requireOperator, scopeOf } from './caller.ts';
import { Refusal } from './refusal.ts';
import { callerOf, parseRequest } from './request-context.ts';
import { artifactParameters, scopeQuery, scopesQuery, workItemParameters } from './request-schemas.ts';
import type { ServerParts } from './server-parts.ts';

const artifactPath = '/v1/artifacts/:digest';

/** Storing and reading artifacts. A plugin of its own: here, and nowhere else, bodies are streams of any type. */
export function artifactRoutes(app: FastifyInstance, parts: ServerParts): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _body, done) => done(null));
  app.put(artifactPath, (request, reply) => putArtifact(request, reply, parts));
  app.head(artifactPath, (request, reply) => headArtifact(request, reply, parts));
  app.get(artifactPath, { exposeHeadRoute: false }, (request, reply) => getArtifact(request, reply, parts));
}

/** What the operator does with references to artifacts. */
export function referenceRoutes(app: FastifyInstance, { artifacts }: ServerParts): void {
  app.post(`${artifactPath}/references`, (request, reply) => {
    requireOperator(callerOf(request));
    const { digest, scope } = addressOf(request);
    if (!artifacts.refer(scope, digest)) throw noArtifact(digest);
    return reply.code(204).send();
  });
  app.delete('/v1/work-items/:namespace/:uid', (request) => {
    requireOperator(callerOf(request));
    const { namespace, uid } = parseRequest(workItemParameters, request.params);
    return Promise.resolve({ removedReferences: artifacts.forget({ namespace, workItem: uid }) });
  });
  app.get('/v1/work-items', (request) => {
    requireOperator(callerOf(request));
    const { after = '/', limit } = parseRequest(scopesQuery, request.query);
    const [namespace = '', workItem = ''] = after.split('/');
    return Promise.resolve({ workItems: artifacts.scopes({ namespace, workItem }, limit) });
  });
}

async function putArtifact(request: FastifyRequest, reply: FastifyReply, parts: ServerParts): Promise<FastifyReply> {
  const { digest, scope } = addressOf(request);
  const announcedBytes = lengthOf(request);
  const sizeBytes = await parts.artifacts.put(scope, { digest, announcedBytes, content: bodyOf(request) });
  parts.metrics.receivedBytes.inc(sizeBytes);
  return reply.code(201).send({ digest, sizeBytes });
}

function headArtifact(request: FastifyRequest, reply: FastifyReply, { artifacts }: ServerParts): FastifyReply {
  const { digest, scope } = addressOf(request);
  const sizeBytes = artifacts.sizeOf(scope, digest);
  if (sizeBytes === undefined) throw noArtifact(digest);
  return describe(reply, digest, sizeBytes).send();
}

async function getArtifact(request: FastifyRequest, reply: FastifyReply, parts: ServerParts): Promise<FastifyReply> {
  const { digest, scope } = addressOf(request);
  const found = await openArtifact(parts, scope, digest);
  if (found === undefined) throw noArtifact(digest);
  const body = Readable.from(found.content, { objectMode: false });
  body.once('error', (err) => reportBroken(parts, { digest, scope, err }));
  parts.metrics.sentBytes.inc(found.sizeBytes);
  return describe(reply, digest, found.sizeBytes).send(body);
}

async function openArtifact(parts: ServerParts, scope: WorkItemScope, digest: string) {
  try {
    return await parts.artifacts.open(scope, digest);
  } catch (err) {
    reportBroken(parts, { digest, scope, err });
    throw err;
  }
}

function reportBroken(
  { logger, metrics }: ServerParts,
  { digest, scope, err }: { digest: string; scope: WorkItemScope; err: unknown },
): void {
  metrics.brokenArtifacts.inc();
  const { namespace, workItem } = scope;
  logger.error({ err, digest, namespace, workflow_id: workItem }, 'an artifact could not be read');
}

function describe(reply: FastifyReply, digest: string, sizeBytes: number): FastifyReply {
  return reply.headers({
    'content-type': 'application/octet-stream',
    'content-length': String(sizeBytes),
    etag: `"${digest}"`,
    'cache-control': 'private, immutable',
    'x-content-type-options': 'nosniff',
  });
}

function addressOf(request: FastifyRequest): { readonly digest: string; readonly scope: WorkItemScope } {
  const { digest } = parseRequest(artifactParameters, request.params);
  return { digest, scope: scopeOf(callerOf(request), parseRequest(scopeQuery, request.query)) };
}

/** Giving up on a body must not end the connection: there is an answer to be sent. */
function bodyOf({ raw }: FastifyRequest): AsyncIterable<Uint8Array> {
  return raw.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>;
}

function lengthOf(request: FastifyRequest): number | undefined {
  const header = request.headers['content-length'];
  return header === undefined ? undefined : Number(header);
}

/** The same answer, whether another WorkItem has it or nobody. */
function noArtifact(digest: string): Refusal {
  return new Refusal({ status: 404, reason: 'NotFound', message: `this WorkItem has no artifact ${digest}` });
}
