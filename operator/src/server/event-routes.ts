import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { forbidden, requireOperator, type Caller } from './caller.ts';
import { longPoll } from './long-poll.ts';
import { parseCloudEvents, type ParsedEvent } from './parse-cloud-events.ts';
import { Refusal } from './refusal.ts';
import { callerOf, parseRequest } from './request-context.ts';
import { eventQuery, pollQuery } from './request-schemas.ts';
import type { ServerParts } from './server-parts.ts';

const longestBodyBytes = 1024 * 1024;

/** Events of ours that may come from outside; every other type with our prefix is what the operator itself says. */
const inboundTypes =
  /^(?!dev\.conclave\.)|^dev\.conclave\.(asset\.materialized|rollback\.requested|task\.output\.[a-z]+)$/;

/** Taking events in. A plugin of its own: bodies are parsed by the mode of the CloudEvent, not by their media type. */
export function inboundEventRoutes(app: FastifyInstance, parts: ServerParts): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: longestBodyBytes }, (_request, body, done) =>
    done(null, body),
  );
  app.post('/events', (request, reply) => takeEvents(request, reply, parts));
}

/** Reading events, by the operator alone. `ending` aborts when the server ends: nobody waits any longer. */
export function eventRoutes(app: FastifyInstance, { inbox }: ServerParts, ending: AbortSignal): void {
  app.get('/v1/events', async (request, reply) => {
    requireOperator(callerOf(request));
    const events = await longPoll(inbox, parseRequest(pollQuery, request.query), { reply, ending });
    return {
      inbox: inbox.identity,
      events: events.map(({ event, receivedAt, ...rest }) => ({
        ...rest,
        receivedAt: new Date(receivedAt).toISOString(),
        event: JSON.parse(event) as unknown,
      })),
    };
  });
}

async function takeEvents(request: FastifyRequest, reply: FastifyReply, parts: ServerParts): Promise<FastifyReply> {
  const caller = callerOf(request);
  const namespace = namespaceOf(caller, parseRequest(eventQuery, request.query).namespace);
  if (caller.kind !== 'operator' && !(await parts.mayCreateEvents(caller.user, namespace))) {
    const hint = `give the right 'create' on events.conclave.dev in ${namespace}`;
    throw forbidden(caller, `send events to ${namespace}`, hint);
  }
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  const events = parseCloudEvents({ headers: request.headers, body });
  events.forEach(requireInbound);
  const receipts = parts.inbox.append(events, { namespace, sender: caller.user.username });
  for (const { duplicate } of receipts) parts.metrics.events.inc({ result: duplicate ? 'duplicate' : 'accepted' });
  return reply.code(202).send({ events: receipts });
}

/** Pods speak for their own namespace alone. */
function namespaceOf(caller: Caller, asked: string | undefined): string {
  const own = caller.kind === 'pod' ? caller.scope.namespace : caller.kind === 'user' ? caller.namespace : undefined;
  if (own !== undefined && (asked ?? own) !== own) {
    throw forbidden(caller, `send events to ${asked ?? ''}`, `a pod sends to its own namespace, ${own}`);
  }
  const namespace = asked ?? own;
  if (namespace !== undefined) return namespace;
  const hint = 'add ?namespace=<namespace>';
  throw new Refusal({ status: 400, reason: 'NamespaceMissing', message: 'no namespace is named', hint });
}

function requireInbound({ type }: ParsedEvent): void {
  if (inboundTypes.test(type)) return;
  throw new Refusal({
    status: 400,
    reason: 'ReservedType',
    message: `events of the type '${type.slice(0, 128)}' are the operator's own`,
    hint: "choose a type without the prefix 'dev.conclave.'",
  });
}
