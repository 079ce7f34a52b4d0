import { createServer, request as plainRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { Agent, request as secureRequest, type RequestOptions } from 'node:https';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent as PlainAgent } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadKubeconfig, type Authentication } from '../kube/kubeconfig.ts';
import { randomFault, statusOf, type Fault, type ProxiedRequest } from './fault.ts';
import { FaultyBody } from './faulty-body.ts';
import { seededRandom } from './seeded-random.ts';

/** A fault for requests to come. */
export interface FaultRule {
  readonly fault: Fault;
  /** Which requests; any when absent. */
  readonly when?: (request: ProxiedRequest) => boolean;
  /** How many of them; 1 when absent. */
  readonly times?: number;
  /** Told when a request was swallowed, or when the server has done one whose answer is lost. */
  readonly done?: () => void;
}

/** A request under way. */
interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly done: (() => void) | undefined;
}

/** Faults drawn for every request that no rule is for. */
export interface RandomFaults {
  readonly seed: number;
  /** Probability in [0, 1]. */
  readonly rate: number;
}

/**
 * An HTTP proxy between a client and the API server that does to answers what networks and servers do on their worst
 * days. It listens on loopback without TLS and speaks to the server as the user of a kubeconfig.
 */
export class FaultProxy {
  readonly #upstream: Authentication;
  readonly #agent: Agent | PlainAgent;
  readonly #server = createServer((request, response) => void this.#serve(request, response));
  readonly #sockets = new Set<Socket>();
  readonly #bodies = new Set<FaultyBody>();
  readonly #directory = mkdtempSync(join(tmpdir(), 'fault-proxy-'));
  #rules: { rule: FaultRule; left: number }[] = [];
  #randomly: ((request: ProxiedRequest) => Fault | undefined) | undefined;
  #port = 0;
  /** How often all faults were ended. */
  #healings = 0;
  /** What was done to which request, in order. */
  readonly injected: string[] = [];

  /** Use `FaultProxy.start`. */
  private constructor(upstream: Authentication) {
    this.#upstream = upstream;
    const options = { keepAlive: true, maxSockets: Infinity };
    this.#agent = upstream.server.protocol === 'https:' ? new Agent(options) : new PlainAgent(options);
    this.#server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
      socket.on('error', () => undefined);
    });
    this.#server.requestTimeout = 0;
  }

  /** A proxy to the cluster of a kubeconfig (a path), without faults so far. */
  static async start(kubeconfig: string): Promise<FaultProxy> {
    const loaded = await loadKubeconfig({ kubeconfig });
    const proxy = new FaultProxy(await loaded.authenticate());
    await proxy.#listen();
    proxy.#writeKubeconfig();
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** The path of a kubeconfig whose server is this proxy. */
  get kubeconfig(): string {
    return join(this.#directory, 'kubeconfig');
  }

  /** Requests and watches that have not ended on the client's side. */
  get connections(): number {
    return this.#sockets.size;
  }

  inject(rule: FaultRule): void {
    this.#rules.push({ rule, left: rule.times ?? 1 });
  }

  /** Faults at random, the same ones for the same seed and requests. */
  misbehave({ seed, rate }: RandomFaults): void {
    const random = seededRandom(seed);
    this.#randomly = (request) => (random() < rate ? randomFault(request, random) : undefined);
  }

  /** Resets every connection. */
  reset(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  /** The server is away: connections are reset, new ones refused. */
  async leave(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.reset();
    await closed;
  }

  /** The server is back, on the same port. */
  async comeBack(): Promise<void> {
    if (!this.#server.listening) await this.#listen();
  }

  /** Ends all faults, also those of answers that are under way or still to come; what has gone silent stays silent. */
  async heal(): Promise<void> {
    this.#healings += 1;
    this.#rules = [];
    this.#randomly = undefined;
    for (const body of this.#bodies) body.heal();
    await this.comeBack();
  }

  async close(): Promise<void> {
    if (this.#server.listening) await this.leave();
    this.#agent.destroy();
    rmSync(this.#directory, { recursive: true, force: true });
  }

  #listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(this.#port, '127.0.0.1', () => {
        this.#port = (this.#server.address() as AddressInfo).port;
        this.#server.off('error', reject);
        resolve();
      });
    });
  }

  #writeKubeconfig(): void {
    const kubeconfig = {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'proxy', cluster: { server: this.url } }],
      users: [{ name: 'nobody', user: {} }],
      contexts: [{ name: 'proxy', context: { cluster: 'proxy', user: 'nobody' } }],
      'current-context': 'proxy',
    };
    writeFileSync(this.kubeconfig, JSON.stringify(kubeconfig));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const described = describe(request);
    const { fault, done } = this.#chooseFault(described);
    this.#tell(request, fault);
    if (fault?.kind === 'delay') await sleep(fault.ms);
    // A late write still takes effect when nobody waits for its answer any more.
    if (response.destroyed && !described.isWrite) return;
    if (fault?.kind === 'answer') answer(request, response, fault);
    else if (fault?.kind === 'swallow') swallow(request, done);
    else this.#forward({ request, response, done }, fault);
  }

  #tell({ method = '', url = '' }: IncomingMessage, fault: Fault | undefined): void {
    if (fault !== undefined) this.injected.push(`${JSON.stringify(fault)}: ${method} ${url}`);
  }

  #chooseFault(request: ProxiedRequest): {
    readonly fault?: Fault | undefined;
    readonly done?: (() => void) | undefined;
  } {
    const found = this.#rules.find(({ rule: { when = () => true } }) => when(request));
    if (found === undefined) return { fault: this.#randomly?.(request) };
    found.left -= 1;
    if (found.left <= 0) this.#rules = this.#rules.filter((rule) => rule !== found);
    return found.rule;
  }

  #forward({ request, response, done }: Exchange, fault: Fault | undefined): void {
    const upstream = this.#open(request);
    const healings = this.#healings;
    upstream.on('response', (answered) => {
      const left = healings === this.#healings ? fault : undefined;
      if (left?.kind === 'loseAnswer') lose(answered, request, { how: left.how, done });
      else this.#relay(answered, response, left);
    });
    upstream.on('error', () => request.socket.resetAndDestroy());
    response.on('close', () => upstream.destroy());
    request.pipe(upstream);
  }

  #open(request: IncomingMessage) {
    const { server, headers, connect } = this.#upstream;
    const open = server.protocol === 'https:' ? secureRequest : plainRequest;
    const tls = connect.type === 'agent' ? (connect.connect as RequestOptions) : {};
    return open({
      ...tls,
      agent: this.#agent,
      host: server.hostname,
      port: server.port,
      method: request.method,
      path: request.url,
      headers: { ...withoutHopByHop(request.headers), ...headers, host: server.host },
    });
  }

  #relay(answered: IncomingMessage, response: ServerResponse, fault: Fault | undefined): void {
    response.writeHead(answered.statusCode ?? 502, withoutHopByHop(answered.headers));
    response.flushHeaders();
    const body = new FaultyBody(
      {
        write: (bytes) => response.write(bytes),
        end: () => response.end(),
        reset: () => response.socket?.resetAndDestroy(),
      },
      fault,
    );
    this.#bodies.add(body);
    response.on('error', () => undefined);
    answered.on('data', (chunk: Uint8Array) => {
      body.push(chunk);
    });
    answered.on('end', () => {
      body.end();
    });
    answered.on('error', () => response.socket?.resetAndDestroy());
    response.on('close', () => this.#bodies.delete(body));
  }
}

function describe({ method = 'GET', url = '/' }: IncomingMessage): ProxiedRequest {
  const { pathname, searchParams } = new URL(url, 'http://proxy');
  return {
    method,
    path: pathname,
    query: searchParams,
    isWatch: searchParams.get('watch') === 'true',
    isWrite: method !== 'GET',
  };
}

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { status, retryAfterSeconds }: Extract<Fault, { kind: 'answer' }>,
): void {
  request.resume();
  const headers = retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) };
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(statusOf(status, retryAfterSeconds)));
}

/** The connection stays: whoever asked waits for an answer. */
function swallow(request: IncomingMessage, done: (() => void) | undefined): void {
  request.resume();
  request.on('end', () => done?.());
}

/** Reads the answer to its end, so that what was asked has been done. */
function lose(
  answered: IncomingMessage,
  request: IncomingMessage,
  { how, done }: { readonly how: 'reset' | 'silence'; readonly done: (() => void) | undefined },
): void {
  answered.resume();
  answered.on('end', () => {
    done?.();
    if (how === 'reset') request.socket.resetAndDestroy();
  });
}

const hopByHop: ReadonlySet<string> = new Set(['connection', 'keep-alive', 'transfer-encoding', 'host']);

function withoutHopByHop(headers: IncomingMessage['headers']): IncomingMessage['headers'] {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !hopByHop.has(name)));
}
