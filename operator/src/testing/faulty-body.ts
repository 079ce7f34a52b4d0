import { statusOf, type Fault } from './fault.ts';

/** Where the body of an answer goes. */
export interface BodySink {
  write(bytes: Uint8Array): void;
  end(): void;
  /** Resets the connection. */
  reset(): void;
}

const newline = 0x0a;

/** The body of one answer on its way through the proxy: what its fault leaves of it. */
export class FaultyBody {
  readonly #sink: BodySink;
  #fault: Fault | undefined;
  #bytes = 0;
  #lines = 0;
  #partial: Uint8Array[] = [];
  #held: Buffer | undefined;
  #isOver = false;

  constructor(sink: BodySink, fault: Fault | undefined) {
    this.#sink = sink;
    this.#fault = fault;
  }

  push(chunk: Uint8Array): void {
    if (this.#isOver) return;
    const fault = this.#fault;
    if (fault === undefined) this.#sink.write(chunk);
    else if (fault.kind === 'trickle') for (const byte of chunk) this.#sink.write(Uint8Array.of(byte));
    else if (fault.kind === 'cut' || fault.kind === 'halfOpen') this.#pushUpTo(fault, chunk);
    else if ('line' in fault) this.#pushLines(chunk);
    else this.#sink.write(chunk);
  }

  end(): void {
    if (this.#isOver) return;
    this.#release();
    this.#isOver = true;
    this.#sink.end();
  }

  /** From now on nothing goes wrong; what went silent stays silent. */
  heal(): void {
    if (this.#isOver) return;
    this.#release();
    this.#fault = undefined;
  }

  #release(): void {
    if (this.#held !== undefined) this.#sink.write(this.#held);
    for (const part of this.#partial.splice(0)) this.#sink.write(part);
    this.#held = undefined;
  }

  #pushUpTo(fault: Extract<Fault, { afterBytes: number }>, chunk: Uint8Array): void {
    const passing = chunk.subarray(0, Math.max(0, fault.afterBytes - this.#bytes));
    this.#bytes += chunk.length;
    if (passing.length > 0) this.#sink.write(passing);
    if (this.#bytes < fault.afterBytes) return;
    this.#isOver = true;
    if (fault.kind === 'cut') this.#sink.reset();
  }

  #pushLines(chunk: Uint8Array): void {
    let begin = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, begin)) {
      const line = Buffer.concat([...this.#partial.splice(0), chunk.subarray(begin, end + 1)]);
      begin = end + 1;
      this.#pushLine(line);
      if (this.#isOver) return;
    }
    if (begin < chunk.length) this.#partial.push(chunk.subarray(begin));
  }

  #pushLine(line: Buffer): void {
    const fault = this.#fault;
    const isIt = fault !== undefined && 'line' in fault && fault.line === this.#lines;
    this.#lines += 1;
    if (this.#held !== undefined) {
      this.#sink.write(Buffer.concat([line, this.#held]));
      this.#held = undefined;
    } else if (isIt) {
      this.#spoil(fault, line);
    } else {
      this.#sink.write(line);
    }
  }

  #spoil(fault: Extract<Fault, { line: number }>, line: Buffer): void {
    switch (fault.kind) {
      case 'truncateLine':
        this.#sink.write(Buffer.concat([line.subarray(0, line.length / 2), Buffer.of(newline)]));
        return;
      case 'duplicateLine':
        this.#sink.write(Buffer.concat([line, line]));
        return;
      case 'reorderLines':
        this.#held = line;
        return;
      case 'errorEvent':
        this.#sink.write(Buffer.from(`${JSON.stringify({ type: 'ERROR', object: statusOf(fault.status) })}\n`));
        this.#isOver = true;
        this.#sink.end();
        return;
      default:
        fault satisfies never;
    }
  }
}
