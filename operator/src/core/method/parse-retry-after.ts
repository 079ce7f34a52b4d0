/** Longest wait that an answer is believed, in milliseconds: a day. */
const LONGEST_MS = 86_400_000;

/**
 * How long a `Retry-After` header asks to wait, in milliseconds (RFC 9110, section 10.2.3: seconds, or a date); undefined
 * when it says nothing that can be read.
 */
export function parseRetryAfterMs(header: string | undefined, now: Date): number | undefined {
  if (header === undefined) return undefined;
  const text = header.trim();
  if (/^[0-9]{1,10}$/.test(text)) return Math.min(Number(text) * 1000, LONGEST_MS);
  if (!/^[A-Z][a-z]{2}/.test(text)) return undefined;
  const atMs = Date.parse(text);
  return Number.isNaN(atMs) ? undefined : Math.min(Math.max(0, atMs - now.getTime()), LONGEST_MS);
}
