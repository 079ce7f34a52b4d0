import { isIPv6, type LookupFunction } from 'node:net';
import { type NameResolution, resolveHost } from './http/resolve-host.ts';

/** Patience with the resolution of one name, in milliseconds. */
const patienceMs = 10_000;

/** A `lookup` for connections that asks given DNS servers; undefined when the system's own way will do. */
export function dnsLookup(resolution: NameResolution): LookupFunction | undefined {
  if (resolution.dnsServers === undefined) return undefined;
  return (hostname, options, callback) => {
    resolveHost(hostname, resolution, AbortSignal.timeout(patienceMs)).then(
      (found) => {
        const addresses = found.map((address) => ({ address, family: isIPv6(address) ? 6 : 4 }));
        const [first = { address: '', family: 4 }] = addresses;
        if (options.all === true) callback(null, addresses);
        else callback(null, first.address, first.family);
      },
      (error: unknown) => callback(error instanceof Error ? error : new Error(String(error)), ''),
    );
  };
}
