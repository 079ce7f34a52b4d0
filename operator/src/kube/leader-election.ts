import { AlreadyExists, ApiError, Conflict, NotFound } from './api-error.ts';
import type { CallOptions } from './client-options.ts';
import type { KubeClient } from './client.ts';
import type { Clock, Random } from './clock.ts';
import { KubeconfigError } from './kubeconfig.ts';
import { Leadership } from './leadership.ts';
import { heldBy, holderOf, leases, released, type Lease } from './lease.ts';
import type { ObjectMeta } from './resource-type.ts';
import type { WriteGate, WritePass } from './write-gate.ts';

/** Who stands for election, where, and on whose time. */
export interface LeaderElectionOptions {
  /** Without a write gate: it must write the Lease while it does not lead. */
  readonly client: Pick<KubeClient, 'get' | 'create' | 'update'>;
  readonly lease: { readonly namespace: string; readonly name: string };
  /** Unique to this process: two with one identity would both lead. */
  readonly identity: string;
  readonly clock: Clock;
  readonly random: Random;
  /** A whole number of seconds, 15 by default. */
  readonly leaseDurationMs?: number;
  /** 10 s by default. */
  readonly renewDeadlineMs?: number;
  /** 2 s by default. */
  readonly retryPeriodMs?: number;
  readonly observer?: LeaderElectionObserver;
}

/** What the process does with its leadership. Its methods must not throw. */
export interface LeaderElectionObserver {
  /** This process leads now. `leading` aborts when it no longer does, or is about to give the Lease up. */
  onStarted?(leading: AbortSignal): void;
  /** This process no longer leads, and wrote nothing since; not called after a stop that was asked for. */
  onLost?(reason: string): void;
  /** Someone else (or nobody: undefined) holds the Lease, as far as this process sees. */
  onHolderChanged?(holder: string | undefined): void;
  /** The Lease could not be read or written; it is tried again. */
  onProblem?(error: Error): void;
}

/** How a candidacy ended: by its signal, or because the Lease was lost. */
export type ElectionEnd = 'stopped' | 'lost';

/** Of the two seconds in which a stopping leader ends: for writes under way and the handover together, in milliseconds. */
const handoverPatienceMs = 900;

/**
 * Leader election on a Lease, by client-go's rules: a candidate takes the Lease when the record has not changed for the
 * lease duration, measured by its own monotonic clock from when it saw the change; clocks of machines are not compared.
 * It is also the write gate of the process that leads.
 */
export class LeaderElector implements WriteGate {
  readonly #options: Required<LeaderElectionOptions>;
  readonly #leadership: Leadership;
  readonly #requestTimeoutMs: number;
  #lease: Lease | undefined;
  #isLeaseCurrent = false;
  /** A claim was sent, and perhaps taken, whose answer nobody waited for. */
  #isClaimOpen = false;
  #record = '';
  #seenAtMs = Number.NEGATIVE_INFINITY;

  /** @throws RangeError when the durations contradict each other */
  constructor(options: LeaderElectionOptions) {
    const defaults = { leaseDurationMs: 15_000, renewDeadlineMs: 10_000, retryPeriodMs: 2_000, observer: {} };
    this.#options = { ...defaults, ...options };
    checkDurations(this.#options);
    this.#leadership = new Leadership(options.clock, this.#options);
    this.#requestTimeoutMs = this.#options.leaseDurationMs - this.#options.renewDeadlineMs;
  }

  get isLeader(): boolean {
    return this.#leadership.holds;
  }

  enter(): WritePass {
    return this.#leadership.enter();
  }

  /** Stands for election until the Lease was won and lost, or `signal` aborts; then the Lease is given up if possible. */
  async run(signal: AbortSignal): Promise<ElectionEnd> {
    if (!(await this.#acquire(signal))) {
      if (this.#isClaimOpen) await this.#handOver();
      return 'stopped';
    }
    const leading = new AbortController();
    try {
      this.#options.observer.onStarted?.(leading.signal);
      const reason = await this.#keep(signal);
      this.#leadership.end();
      leading.abort(new Error(reason ?? 'stopping'));
      if (reason === undefined) await this.#handOver();
      else this.#options.observer.onLost?.(reason);
      return reason === undefined ? 'stopped' : 'lost';
    } finally {
      this.#leadership.end();
      leading.abort();
    }
  }

  /** Looks twice in each retry period, so that a Lease given up is taken in time; true once it is ours. */
  async #acquire(signal: AbortSignal): Promise<boolean> {
    const { clock, random, retryPeriodMs } = this.#options;
    while (!signal.aborted) {
      if ((await this.#claim(signal, () => this.#isFree())) === 'ours') return true;
      const pauseMs = (retryPeriodMs / 2) * (1 + random() * 0.2);
      const expiresInMs = this.#expiresAtMs() - clock.monotonicMs();
      await clock.sleep(expiresInMs > 0 ? Math.min(pauseMs, expiresInMs) : pauseMs, signal);
    }
    return false;
  }

  /** Renews until it cannot: the reason, or undefined when stopped. */
  async #keep(signal: AbortSignal): Promise<string | undefined> {
    const { clock, identity, retryPeriodMs } = this.#options;
    for (;;) {
      const leftMs = this.#leadership.endsAtMs - clock.monotonicMs();
      await clock.sleep(Math.min(retryPeriodMs, leftMs), signal);
      if (signal.aborted) return undefined;
      if (!this.#leadership.holds) return 'the Lease could not be renewed in time';
      // A leader never takes a Lease back: somebody else may have led in between.
      if ((await this.#claim(signal, () => holderOf(this.#lease) === identity)) === 'foreign') {
        return `the Lease is ${holderOf(this.#lease) ?? 'nobody'}'s now`;
      }
    }
  }

  /**
   * Takes or renews the Lease if `isAllowed` by what it says; `unknown` when it could not be read or written. Who is told
   * to stop waits for no answer: a server that hangs would keep the process from ending.
   */
  async #claim(signal: AbortSignal, isAllowed: () => boolean): Promise<'ours' | 'foreign' | 'unknown'> {
    try {
      if (!this.#isLeaseCurrent) this.#observe(await this.#read({ signal, timeoutMs: this.#timeoutMs() }));
      if (isAllowed()) {
        await this.#write(signal);
        return 'ours';
      }
      this.#isLeaseCurrent = false;
      return 'foreign';
    } catch (error) {
      this.#isLeaseCurrent = false;
      if (!signal.aborted) this.#forgive(error);
      return 'unknown';
    }
  }

  /** Whether a candidate may take the Lease. */
  #isFree(): boolean {
    const holder = holderOf(this.#lease);
    const isForeign = holder !== undefined && holder !== this.#options.identity;
    return !isForeign || this.#options.clock.monotonicMs() >= this.#expiresAtMs();
  }

  async #read(options: CallOptions): Promise<Lease | undefined> {
    try {
      return await this.#options.client.get(leases, this.#options.lease, options);
    } catch (error) {
      if (error instanceof NotFound) return undefined;
      throw error;
    }
  }

  async #write(signal: AbortSignal): Promise<void> {
    const { client, clock, identity, leaseDurationMs } = this.#options;
    const metadata: ObjectMeta = this.#options.lease;
    const leaseDurationSeconds = leaseDurationMs / 1000;
    const claimed = heldBy(this.#lease, { metadata, identity, leaseDurationSeconds, wallMs: clock.wallMs() });
    const sentAtMs = clock.monotonicMs();
    const options = { signal, timeoutMs: this.#timeoutMs() };
    this.#isClaimOpen = true;
    const written =
      this.#lease === undefined
        ? await client.create(leases, claimed, options)
        : await client.update(leases, claimed, options);
    this.#isClaimOpen = false;
    this.#observe(written);
    this.#leadership.renewed(sentAtMs);
  }

  async #handOver(): Promise<void> {
    const { client, clock, identity } = this.#options;
    const endsAtMs = clock.monotonicMs() + handoverPatienceMs;
    const options = () => ({ timeoutMs: Math.max(1, endsAtMs - clock.monotonicMs()) });
    // A Lease given up while a write of ours may still take effect would let two write: then it just expires.
    if (!(await this.#leadership.settled(handoverPatienceMs))) return;
    try {
      if (!this.#isLeaseCurrent) this.#observe(await this.#read(options()));
      if (this.#lease === undefined || holderOf(this.#lease) !== identity) return;
      await client.update(leases, released(this.#lease, clock.wallMs()), options());
    } catch (error) {
      this.#forgive(error);
    }
  }

  /** Tells of what may pass; throws what is a bug. Losing a race for the Lease is neither: the next look shows who won. */
  #forgive(error: unknown): void {
    if (error instanceof Conflict || error instanceof AlreadyExists) return;
    if (!(error instanceof ApiError || error instanceof KubeconfigError)) throw error;
    this.#options.observer.onProblem?.(error);
  }

  #observe(lease: Lease | undefined): void {
    const record = JSON.stringify(lease?.spec ?? null);
    const holder = holderOf(lease);
    const before = holderOf(this.#lease);
    this.#lease = lease;
    this.#isLeaseCurrent = true;
    if (record !== this.#record) this.#seenAtMs = this.#options.clock.monotonicMs();
    this.#record = record;
    if (holder !== before) this.#options.observer.onHolderChanged?.(holder);
  }

  /** When another holder's Lease may be taken: its own duration counts, as the holder relies on it. */
  #expiresAtMs(): number {
    const seconds = this.#lease?.spec?.leaseDurationSeconds;
    return this.#seenAtMs + (seconds === undefined ? this.#options.leaseDurationMs : seconds * 1000);
  }

  /** A leader's request must not outlast its right to write. */
  #timeoutMs(): number {
    const leftMs = this.#leadership.endsAtMs - this.#options.clock.monotonicMs();
    return leftMs > 0 ? Math.min(this.#requestTimeoutMs, leftMs) : this.#requestTimeoutMs;
  }
}

function checkDurations({ leaseDurationMs, renewDeadlineMs, retryPeriodMs }: Required<LeaderElectionOptions>): void {
  if (leaseDurationMs % 1000 !== 0 || leaseDurationMs < 1000) {
    throw new RangeError(`leaseDurationMs must be whole seconds, not ${leaseDurationMs}`);
  }
  if (!(leaseDurationMs > renewDeadlineMs && renewDeadlineMs > 1.2 * retryPeriodMs && retryPeriodMs > 0)) {
    const given = `${leaseDurationMs}, ${renewDeadlineMs} and ${retryPeriodMs}`;
    throw new RangeError(`leaseDurationMs > renewDeadlineMs > 1.2 * retryPeriodMs > 0 must hold, unlike ${given}`);
  }
}
