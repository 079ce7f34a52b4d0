/** Leave for one write, or the reason why there is none. */
export type WritePass =
  | { readonly refused: string }
  | {
      readonly refused?: undefined;
      /** The write must be over within this time, in milliseconds; the server is told to give up then, too. */
      readonly timeoutMs: number;
      /** The write has ended. `unknown`: nobody knows whether the server did it, or still does. */
      leave(outcome: 'known' | 'unknown'): void;
    };

/** Asked before each write: only a process that leads may change the cluster. */
export interface WriteGate {
  enter(): WritePass;
}

/** Lets every write pass. */
export const openGate: WriteGate = {
  enter: () => ({ timeoutMs: Number.POSITIVE_INFINITY, leave: () => undefined }),
};
