import type { Unreachable } from '../kube/api-error.ts';
import type { WatchStream } from '../kube/list-watch.ts';
import { LineQueue } from './line-queue.ts';

/** What goes wrong with one watch; `after` counts the lines that get through before. */
export interface WatchFault {
  readonly kind: 'cut' | 'halfOpen' | 'end' | 'truncate' | 'corrupt' | 'errorEvent' | 'duplicate' | 'reorder';
  readonly after: number;
}

/** One watch of the simulated server: what its faults leave of the lines sent. */
export class SimulatedWatch implements WatchStream {
  readonly lines = new LineQueue();
  #fault: WatchFault | undefined;
  readonly #broken: () => Unreachable;
  #sent = 0;
  #isSilent = false;
  #held: string | undefined;

  constructor(fault: WatchFault | undefined, broken: () => Unreachable) {
    this.#fault = fault;
    this.#broken = broken;
  }

  send(line: string): void {
    if (this.#isSilent) return;
    this.#sent += 1;
    if (this.#fault !== undefined && this.#sent === this.#fault.after + 1) this.#sendFaulty(line, this.#fault.kind);
    else this.lines.push(line);
    this.#release();
  }

  /** The server ends the watch; what was held back for reordering still arrives, as it would on one connection. */
  end(): void {
    if (this.#isSilent) return;
    this.#release();
    this.lines.end();
  }

  /** The connection breaks. */
  break(): void {
    if (!this.#isSilent) this.lines.end(this.#broken());
  }

  /** No new fault; a connection that is half open stays so. */
  heal(): void {
    this.#release(true);
    this.#fault = undefined;
  }

  close(): void {
    this.lines.end();
  }

  #sendFaulty(line: string, kind: WatchFault['kind']): void {
    const half = line.slice(0, line.length / 2);
    const actions: Record<WatchFault['kind'], () => void> = {
      cut: () => {
        this.lines.end(this.#broken());
      },
      halfOpen: () => {
        this.#isSilent = true;
      },
      end: () => {
        this.lines.end();
      },
      truncate: () => {
        this.lines.push(half);
        this.lines.end();
      },
      corrupt: () => {
        this.lines.push(half);
      },
      errorEvent: () => {
        this.lines.push(JSON.stringify({ type: 'ERROR', object: { kind: 'Status', code: 500, message: 'etcd' } }));
        this.lines.end();
      },
      duplicate: () => {
        this.lines.push(line);
        this.lines.push(line);
      },
      reorder: () => {
        this.#held = line;
      },
    };
    actions[kind]();
  }

  #release(now = this.#sent > (this.#fault?.after ?? 0) + 1): void {
    if (this.#held === undefined || !now) return;
    this.lines.push(this.#held);
    this.#held = undefined;
  }
}
