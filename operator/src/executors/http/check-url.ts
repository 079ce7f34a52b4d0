import { isHostAllowed } from '../../core/method/is-host-allowed.ts';
import { quote } from '../../core/quote.ts';
import { HttpCallFailed } from './http-call-failed.ts';
import type { HttpRequest } from './http-request.ts';

/** Which hosts may be called, and who says so. */
export type HostList = Pick<HttpRequest, 'allowedHosts' | 'allowedBy'>;

/** Characters of a URL; servers take hardly more. */
const LONGEST_URL = 8 * 1024;

/**
 * The URL of a call in its normal form, in which every spelling of an IPv4 address is a dotted one. Throws `InvalidUrl` and
 * `HostNotAllowed`.
 */
export function checkUrl(text: string, { allowedHosts, allowedBy = 'the Tenant' }: HostList): URL {
  const url = parseUrl(text);
  if (isHostAllowed(url.hostname, allowedHosts)) return url;
  const hosts = allowedHosts?.join(', ') ?? '';
  throw new HttpCallFailed('HostNotAllowed', `${allowedBy} does not allow ${url.hostname}. Hosts: ${hosts || 'none'}`);
}

function parseUrl(text: string): URL {
  const url = text.length > LONGEST_URL || /[\s\p{Cc}]/u.test(text) ? null : URL.parse(text);
  if (url === null) throw invalid(`${quote(text)} is not a URL`);
  if (url.username !== '' || url.password !== '') {
    throw invalid(`the URL of ${url.host} has credentials in it; give them as a header from a Secret`);
  }
  if (url.protocol === 'http:' || url.protocol === 'https:') return url;
  throw invalid(`${quote(text)} must begin with http:// or https://`);
}

const invalid = (message: string) => new HttpCallFailed('InvalidUrl', message);
