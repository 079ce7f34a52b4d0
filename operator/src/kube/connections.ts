import { Agent, ProxyAgent, type Dispatcher } from 'undici';
import type { Authentication } from './kubeconfig.ts';

/** Twice what the busiest caller uses at once; more would only queue up in the API server. */
const requestConnections = 128;

/**
 * HTTP/1.1, because one HTTP/2 connection was no faster and stalls as one. Idle connections close before the shortest
 * idle timeout of common load balancers (60 s), so that a write seldom meets a connection that is being closed.
 */
const connectionOptions = { allowH2: false, keepAliveTimeout: 30_000, connectTimeout: 10_000 };

interface DispatcherPair {
  readonly key: string;
  readonly requests: Dispatcher;
  readonly watches: Dispatcher;
}

/** Kept connections to the API server: one pool for requests, one for watches, which never wait for each other. */
export class Connections {
  #current: DispatcherPair | undefined;
  readonly #retired = new Set<DispatcherPair>();

  /** The pools for these credentials. With other TLS material the old pools end as soon as what runs on them has. */
  for(authentication: Authentication): DispatcherPair {
    if (this.#current?.key === authentication.connectionKey) return this.#current;
    const old = this.#current;
    this.#current = {
      key: authentication.connectionKey,
      requests: createDispatcher(authentication, requestConnections),
      watches: createDispatcher(authentication, null),
    };
    if (old !== undefined) this.#retire(old);
    return this.#current;
  }

  /** Ends every connection at once; requests under way fail. */
  async close(): Promise<void> {
    const pairs = [...this.#retired, ...(this.#current === undefined ? [] : [this.#current])];
    this.#current = undefined;
    await Promise.all(pairs.flatMap(({ requests, watches }) => [requests.destroy(), watches.destroy()]));
  }

  #retire(pair: DispatcherPair): void {
    this.#retired.add(pair);
    void Promise.allSettled([pair.requests.close(), pair.watches.close()]).then(() => this.#retired.delete(pair));
  }
}

function createDispatcher({ connect, handedOut }: Authentication, connections: number | null): Dispatcher {
  switch (connect.type) {
    case 'proxy': {
      const { uri, requestTls } = connect;
      return new ProxyAgent({ ...connectionOptions, connections, uri, requestTls: requestTls as object });
    }
    case 'agent':
      return new Agent({ ...connectionOptions, connections, connect: connect.connect as object });
    case 'socks':
      if (handedOut === undefined) throw new Error('no connector for the SOCKS proxy');
      return handedOut;
    case 'none':
      return new Agent({ ...connectionOptions, connections });
  }
}
