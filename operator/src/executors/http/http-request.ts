/** A body: bytes, or a way to read them from their beginning, as often as the request has to be sent. */
export type HttpBody = string | Uint8Array | (() => AsyncIterable<Uint8Array>);

/** A request to a host outside of our hands. */
export interface HttpRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: HttpBody | undefined;
  /** Sent as `Idempotency-Key`, unless the headers have one. */
  readonly idempotencyKey?: string | undefined;
  /**
   * Namespace whose call it is: names without a dot are its Services, and the failures of one do not keep another's calls
   * from the same host.
   */
  readonly scope?: string | undefined;
  /** Hosts that may be called (`Tenant.spec.allowed.hosts`); every host when it is left out. */
  readonly allowedHosts?: readonly string[] | undefined;
  /** Who allows them, as refusals say it; `the Tenant` by default. */
  readonly allowedBy?: string | undefined;
  /** Whether private addresses may be called. False by default. */
  readonly allowPrivateNetworks?: boolean | undefined;
  /** For the whole call, redirects included, in milliseconds. */
  readonly timeoutMs: number;
  /** Largest body of an answer, as sent and as unpacked; 4 MiB by default. */
  readonly maxResponseBytes?: number | undefined;
  /** Whether redirects are followed, five at most. True by default. */
  readonly followRedirects?: boolean | undefined;
  /** Whether a host that keeps failing is left alone for a while. True by default; false for probes, which wait for it. */
  readonly usesBreaker?: boolean | undefined;
}

/** An answer, whatever its status code. */
export interface HttpAnswer {
  readonly kind: 'answer';
  readonly status: number;
  /** Names in lower case; values of the same name joined by a comma. */
  readonly headers: Readonly<Record<string, string>>;
  /** Unpacked. */
  readonly body: Buffer;
  /** Where it came from in the end. */
  readonly url: string;
}

/** Why there is no answer, in a word that programs may rely on. */
export type HttpFailureReason =
  | 'InvalidUrl'
  | 'InvalidHeader'
  | 'HostNotAllowed'
  | 'AddressNotAllowed'
  | 'NameNotResolved'
  | 'ConnectionFailed'
  | 'TimedOut'
  | 'AnswerLost'
  | 'AnswerTooLarge'
  | 'AnswerUnreadable'
  | 'RedirectRefused'
  | 'CircuitOpen';

/** There is no answer. */
export interface HttpFailure {
  readonly kind: 'failure';
  readonly reason: HttpFailureReason;
  /** What was wrong, where, and what to do. It has nothing of the headers or the body that were sent. */
  readonly message: string;
  /** Whether trying again may help. */
  readonly retryable: boolean;
  /** Whether any request has left, the first of a row of redirects included. */
  readonly sent: boolean;
  /** Whether the call may have had its effect all the same. */
  readonly mayHaveHappened: boolean;
}
