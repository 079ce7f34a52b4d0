import type { FastifyInstance } from 'fastify';
import { requireOperator } from './caller.ts';
import { Refusal } from './refusal.ts';
import { callerOf, parseRequest } from './request-context.ts';
import { cacheBody, cacheParameters } from './request-schemas.ts';
import type { Pointer, ServerParts } from './server-parts.ts';

/** Pointers to outputs of earlier, equal steps; the operator's alone. */
export function cacheRoutes(app: FastifyInstance, { pointers }: ServerParts): void {
  app.get('/v1/cache/:key', (request) => {
    requireOperator(callerOf(request));
    const { key } = parseRequest(cacheParameters, request.params);
    const pointer = pointers.get(key);
    if (pointer === undefined) throw new Refusal({ status: 404, reason: 'NotFound', message: `no pointer ${key}` });
    return Promise.resolve(describe(pointer));
  });
  app.put('/v1/cache/:key', (request) => {
    requireOperator(callerOf(request));
    const { key } = parseRequest(cacheParameters, request.params);
    const { outputsDigest, ttlSeconds } = parseRequest(cacheBody, request.body);
    return Promise.resolve(describe(pointers.put(key, outputsDigest, ttlSeconds)));
  });
}

function describe({ outputsDigest, at, expiresAt }: Pointer) {
  return { outputsDigest, at: new Date(at).toISOString(), expiresAt: new Date(expiresAt).toISOString() };
}
