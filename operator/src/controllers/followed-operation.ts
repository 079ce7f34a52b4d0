import type { Operation } from './operation.ts';

/** Why nothing happens yet, for people; with what is waited for where that is one of the usual things. */
export interface LastSeen {
  readonly message: string;
  readonly waitingFor?: { readonly kind: 'gpu' | 'image'; readonly name: string };
  /** UID of the object that carries out the attempt, once it is there: whoever records it can tell lost from never made. */
  readonly uid?: string;
}

/** An operation that follows something in the cluster, and can say at any time what it saw last. */
export interface FollowedOperation {
  readonly run: Operation;
  /** Undefined until it has looked once. */
  readonly lastSeen: () => LastSeen | undefined;
}
