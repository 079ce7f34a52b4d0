import { lookup, Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';
import { describeNetworkError, HttpCallFailed } from './http-call-failed.ts';

/** How names become addresses. */
export interface NameResolution {
  /** Servers that are asked (`address` or `address:port`), search domains not applied; the system's way without them. */
  readonly dnsServers?: readonly string[] | undefined;
  /** What stands behind names that end in `.svc`; `cluster.local` by default. */
  readonly clusterDomain?: string | undefined;
  /** Where a name without a dot is a Service, as in a Pod of this namespace: not in the operator's own. */
  readonly namespace?: string | undefined;
}

/** Patience with one DNS server, in milliseconds, and how often it is asked. */
const patience = { timeout: 2000, tries: 2 } as const;

/**
 * All addresses of the host of a URL, at least one; an IP address is its own. Throws `NameNotResolved`, or the signal's
 * reason.
 */
export async function resolveHost(
  host: string,
  resolution: NameResolution,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const literal = host.replace(/^\[(.*)\]$/, '$1');
  if (isIP(literal) !== 0) return [literal];
  const { dnsServers } = resolution;
  const name = fullName(host, resolution);
  const addresses = dnsServers === undefined ? await askSystem(name, signal) : await ask(dnsServers, name, signal);
  if (addresses.length === 0) throw new HttpCallFailed('NameNotResolved', `the name ${host} has no address`);
  return addresses;
}

function fullName(host: string, { clusterDomain = 'cluster.local', namespace = '' }: NameResolution): string {
  const isService = namespace !== '' && host !== 'localhost' && !host.includes('.');
  const plain = isService ? `${host}.${namespace}.svc` : host.replace(/\.$/, '');
  return plain.endsWith('.svc') ? `${plain}.${clusterDomain}` : plain;
}

async function ask(servers: readonly string[], name: string, signal: AbortSignal): Promise<readonly string[]> {
  const resolver = new Resolver(patience);
  resolver.setServers(servers);
  const cancel = () => resolver.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  try {
    const answers = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
    signal.throwIfAborted();
    const found = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
    const [failure] = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason as unknown] : []));
    if (found.length === 0) throw notResolved(name, failure);
    return found;
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}

/** The system's look-up cannot be called off: it is left alone when the time is over. */
async function askSystem(name: string, signal: AbortSignal): Promise<readonly string[]> {
  const { promise: ending, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason as Error);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    const found = lookup(name, { all: true }).catch((error: unknown) => {
      throw notResolved(name, error);
    });
    return (await Promise.race([found, ending])).map(({ address }) => address);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

const notResolved = (name: string, cause: unknown) =>
  new HttpCallFailed('NameNotResolved', `the name ${name} cannot be resolved: ${describeNetworkError(cause)}`, cause);
