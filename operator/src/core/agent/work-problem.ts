/** Why the work of an attempt cannot be given to a Pod. */
export interface WorkProblem {
  /** A Model that may be reached later: it is waited for. Without one the attempt has failed. */
  readonly awaitedModel?: string;
  readonly reason: string;
  readonly message: string;
}
