import { checkUrl, type HostList } from './check-url.ts';
import { HttpCallFailed } from './http-call-failed.ts';
import type { HttpAnswer } from './http-request.ts';
import type { Hop } from './send-once.ts';

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Headers that may go to another origin. Any other could be a credential, whatever its name. */
const HARMLESS: ReadonlySet<string> = new Set([
  'accept',
  'accept-encoding',
  'accept-language',
  'content-type',
  'content-length',
  'idempotency-key',
  'user-agent',
]);

/**
 * The request that an answer asks for instead (RFC 9110, section 15.4); undefined when it asks for none. It is checked as
 * the first one was. Throws `RedirectRefused`, `InvalidUrl` and `HostNotAllowed`.
 */
export function followRedirect(hop: Hop, answer: HttpAnswer, allowed: HostList): Hop | undefined {
  const { location } = answer.headers;
  if (!REDIRECTS.has(answer.status) || location === undefined) return undefined;
  const target = URL.parse(location, hop.url);
  if (target === null) throw refused(`${hop.url.host} redirects to what is not a URL`);
  const url = checkUrl(target.href, allowed);
  if (hop.url.protocol === 'https:' && url.protocol !== 'https:') {
    throw refused(`${hop.url.host} redirects from https to ${url.protocol.slice(0, -1)} at ${url.host}`);
  }
  const headers = url.origin === hop.url.origin ? hop.headers : keep(hop.headers, (name) => HARMLESS.has(name));
  if (!becomesGet(hop.method, answer.status)) return { ...hop, url, headers };
  return { method: 'GET', url, headers: keep(headers, (name) => !name.startsWith('content-')) };
}

function becomesGet(method: Hop['method'], status: number): boolean {
  if (method === 'GET' || method === 'HEAD') return false;
  return status === 303 || (method === 'POST' && (status === 301 || status === 302));
}

const keep = (headers: Hop['headers'], isKept: (name: string) => boolean) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => isKept(name)));

const refused = (message: string) => new HttpCallFailed('RedirectRefused', message);
