import { randomUUID } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { Caller } from './caller.ts';
import { Refusal } from './refusal.ts';

const callers = new WeakMap<FastifyRequest, Caller>();

/** Remembers who sent a request. */
export function setCaller(request: FastifyRequest, caller: Caller): void {
  callers.set(request, caller);
}

/** Who sent a request. @throws Error before authentication, which is a bug */
export function callerOf(request: FastifyRequest): Caller {
  const caller = callers.get(request);
  if (caller === undefined) throw new Error('a route is open to callers that nobody identified');
  return caller;
}

/** Who sent a request, when that is known already. */
export function knownCallerOf(request: FastifyRequest): Caller | undefined {
  return callers.get(request);
}

/** The id of a request: the sender's own when it is harmless, else a new one. */
export function requestId(header: string | string[] | undefined): string {
  return typeof header === 'string' && /^[\w.-]{1,64}$/.test(header) ? header : randomUUID();
}

/** What a part of a request says, by its schema. @throws Refusal 400 */
export function parseRequest<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const { success, data, error } = schema.safeParse(value);
  if (success) return data;
  const [issue] = error.issues;
  const where = issue?.path.join('.') ?? '';
  throw new Refusal({
    status: 400,
    reason: 'BadRequest',
    message: [where, issue?.message ?? 'not understood'].filter((part) => part !== '').join(': '),
  });
}
