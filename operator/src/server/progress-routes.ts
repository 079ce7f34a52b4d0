import type { FastifyInstance } from 'fastify';
import { toldProgress } from '../api/attempt-progress.ts';
import { forbidden, requireOperator } from './caller.ts';
import { longPoll } from './long-poll.ts';
import { callerOf, parseRequest } from './request-context.ts';
import { pollQuery } from './request-schemas.ts';
import type { ServerParts } from './server-parts.ts';

/** Pods tell how far their own attempts have come, and the operator reads it. `ending` aborts when the server ends. */
export function progressRoutes(app: FastifyInstance, { progress }: ServerParts, ending: AbortSignal): void {
  app.put('/v1/progress', (request, reply) => {
    const caller = callerOf(request);
    if (caller.kind !== 'pod')
      throw forbidden(caller, 'tell of progress', 'only the pods of a WorkItem do, of their own');
    progress.post(caller.scope, parseRequest(toldProgress, request.body));
    return reply.code(204).send();
  });
  app.get('/v1/progress', async (request, reply) => {
    requireOperator(callerOf(request));
    const posted = await longPoll(progress, parseRequest(pollQuery, request.query), { reply, ending });
    return { board: progress.identity, progress: posted };
  });
}
