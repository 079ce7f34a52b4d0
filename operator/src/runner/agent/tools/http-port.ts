/** A request to a host outside, as the agent asked for it. */
export interface OutsideRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  /** Hosts that may be called; redirects are not followed elsewhere. */
  readonly allowedHosts: readonly string[];
  /** Who allows them, as refusals say it. */
  readonly allowedBy: string;
  /** Whether private addresses may be called. */
  readonly allowPrivateNetworks: boolean;
  readonly timeoutMs: number;
  readonly maxResponseBytes: number;
}

/** An answer from outside, or why there is none. */
export type OutsideAnswer =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: Uint8Array;
    }
  | { readonly kind: 'failure'; readonly reason: string; readonly message: string };

/** Calls hosts of the outside, checks names and addresses, and follows redirects only to where it may go. */
export type SendHttp = (request: OutsideRequest, signal: AbortSignal) => Promise<OutsideAnswer>;
