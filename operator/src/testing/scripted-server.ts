import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

/** A request a `ScriptedServer` received, its body read. */
export interface ReceivedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  /** The common name of the client certificate; undefined without one. */
  readonly clientName: string | undefined;
  /** Number of the TCP connection it came on, from 1. */
  readonly connection: number;
}

/** Answers one request, the `count`-th (from 1). */
export type Script = (request: ReceivedRequest, response: ServerResponse, count: number) => void;

/** A real HTTP or HTTPS server on a free loopback port that answers by script; for tests. */
export class ScriptedServer {
  readonly received: ReceivedRequest[] = [];
  script: Script;
  connections = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #secure: boolean;
  readonly #failures: unknown[] = [];

  private constructor(script: Script, tls: ServerOptions | undefined) {
    this.script = script;
    this.#secure = tls !== undefined;
    const numbers = new WeakMap<object, number>();
    const listener: RequestListener = (request, response) => {
      this.#answer(request, response, numbers.get(request.socket) ?? 0).catch((error: unknown) => {
        response.destroy();
        // Whoever asked may have gone before the request was read: no failure of the test.
        if (request.complete) this.#failures.push(error);
      });
    };
    this.#server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
    this.#server.on(this.#secure ? 'secureConnection' : 'connection', (socket: Socket) => {
      numbers.set(socket, ++this.connections);
      this.#sockets.add(socket);
    });
  }

  static async start(script: Script, tls?: ServerOptions): Promise<ScriptedServer> {
    const scripted = new ScriptedServer(script, tls);
    await new Promise<void>((resolve) => scripted.#server.listen(0, '127.0.0.1', resolve));
    return scripted;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `${this.#secure ? 'https' : 'http'}://127.0.0.1:${this.port}`;
  }

  /** Other TLS material for new connections. */
  setTls(options: ServerOptions): void {
    (this.#server as unknown as { setSecureContext(options: ServerOptions): void }).setSecureContext(options);
  }

  /** Cuts every connection; the server goes on. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#sockets.clear();
  }

  /** @throws the first error of the script, if it had one */
  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.cut();
    await closed;
    if (this.#failures.length > 0) throw this.#failures[0];
  }

  async #answer(request: IncomingMessage, response: ServerResponse, connection: number): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const received: ReceivedRequest = {
      method: request.method ?? '',
      url: request.url ?? '',
      headers: request.headers,
      body: Buffer.concat(parts).toString('utf8'),
      clientName: clientName(request.socket),
      connection,
    };
    this.received.push(received);
    this.script(received, response, this.received.length);
  }
}

function clientName(socket: Socket): string | undefined {
  if (!(socket instanceof TLSSocket)) return undefined;
  // Without a client certificate Node answers with an empty object, whatever its types say.
  const { subject } = socket.getPeerCertificate() as { subject?: { CN?: string } };
  return subject?.CN;
}

/** Ends a response with JSON. */
export function answerJson(response: ServerResponse, code: number, body: unknown): void {
  response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
