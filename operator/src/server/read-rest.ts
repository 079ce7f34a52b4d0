import type { IncomingMessage } from 'node:http';

/** How much of a body is read that nobody wants, in bytes, and for how long, in milliseconds. */
const patience = { bytes: 4 * 1024 * 1024, ms: 2_000 };

/**
 * Reads what is left of a body, within limits. A connection that is closed while its client still sends is reset, and
 * the client may never see the answer that explains why.
 */
export async function readRest(request: IncomingMessage, { bytes, ms } = patience): Promise<void> {
  if (request.complete || request.readableEnded || request.destroyed) return;
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const finish = (): void => resolve(undefined);
  let left = bytes;
  const count = (chunk: Buffer): void => {
    left -= chunk.length;
    if (left < 0) finish();
  };
  const timer = setTimeout(finish, ms);
  for (const event of ['end', 'close', 'error']) request.once(event, finish);
  request.on('data', count);
  await promise;
  clearTimeout(timer);
  request.off('data', count);
  for (const event of ['end', 'close', 'error']) request.off(event, finish);
}
