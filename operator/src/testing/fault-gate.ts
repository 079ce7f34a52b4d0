import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A way to a server, byte by byte, that can be closed and opened: while it is closed, nobody answers. */
export class FaultGate {
  readonly #server = createServer((socket) => this.#pass(socket));
  readonly #sockets = new Set<Socket>();
  readonly #targetPort: number;
  #port = 0;

  private constructor(targetPort: number) {
    this.#targetPort = targetPort;
  }

  /** A way to a port of this machine, which is open. */
  static async start(targetPort: number): Promise<FaultGate> {
    const gate = new FaultGate(targetPort);
    await gate.open();
    return gate;
  }

  get port(): number {
    return this.#port;
  }

  /** Always at the same port; nothing changes when it is open. */
  async open(): Promise<void> {
    if (this.#server.listening) return;
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject).listen(this.#port, '127.0.0.1', resolve);
    });
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /** Connections are reset, and new ones refused. */
  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets) socket.resetAndDestroy();
    await closed;
  }

  #pass(socket: Socket): void {
    const onward = connect(this.#targetPort, '127.0.0.1');
    for (const [one, other] of [
      [socket, onward],
      [onward, socket],
    ] as const) {
      this.#sockets.add(one);
      one.on('error', () => undefined).on('close', () => void (this.#sockets.delete(one), other.destroy()));
      one.pipe(other);
    }
  }
}
