import { createHmac } from 'node:crypto';
import type { HttpBody } from './http-request.ts';

/** What is signed. */
export interface SignedWebhook {
  readonly id: string;
  readonly at: Date;
  readonly body: HttpBody;
}

const KEY_PREFIX = 'whsec_';

/**
 * The headers that let a receiver verify who sent a webhook and when, as Standard Webhooks has them
 * (https://www.standardwebhooks.com): HMAC-SHA-256 over `id.timestamp.body`. A secret that begins with `whsec_` is base64
 * behind that, any other is taken as it is. Without a secret there is no signature.
 */
export async function signWebhook(
  { id, at, body }: SignedWebhook,
  secret: string | undefined,
): Promise<Readonly<Record<string, string>>> {
  const timestamp = String(Math.floor(at.getTime() / 1000));
  const headers = { 'webhook-id': id, 'webhook-timestamp': timestamp };
  if (secret === undefined) return headers;
  const hmac = createHmac('sha256', keyOf(secret)).update(`${id}.${timestamp}.`);
  if (typeof body === 'function') for await (const part of body()) hmac.update(part);
  else hmac.update(body);
  return { ...headers, 'webhook-signature': `v1,${hmac.digest('base64')}` };
}

const keyOf = (secret: string) =>
  secret.startsWith(KEY_PREFIX) ? Buffer.from(secret.slice(KEY_PREFIX.length), 'base64') : Buffer.from(secret);
