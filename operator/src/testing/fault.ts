import type { Random } from '../kube/clock.ts';

/** What goes wrong with the answer to one request. Lines count from 0 and are those of a watch. */
export type Fault =
  /** The server answers with an error; the request does not reach it. */
  | { readonly kind: 'answer'; readonly status: ErrorStatus; readonly retryAfterSeconds?: number }
  /** The request reaches the server late. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** The request never reaches the server, and nothing ever comes. */
  | { readonly kind: 'swallow' }
  /** The request takes effect, and then the connection is reset, or nothing ever comes. */
  | { readonly kind: 'loseAnswer'; readonly how: 'reset' | 'silence' }
  /** The connection is reset after so many bytes of the answer's body. */
  | { readonly kind: 'cut'; readonly afterBytes: number }
  /** After so many bytes nothing more comes, and the connection stays. */
  | { readonly kind: 'halfOpen'; readonly afterBytes: number }
  /** Of this line only the first half comes, and the watch goes on. */
  | { readonly kind: 'truncateLine'; readonly line: number }
  /** This line comes after the next one, in one piece with it: no client could miss what never comes. */
  | { readonly kind: 'reorderLines'; readonly line: number }
  | { readonly kind: 'duplicateLine'; readonly line: number }
  /** In place of this line comes an ERROR event, and the watch ends. */
  | { readonly kind: 'errorEvent'; readonly line: number; readonly status: ErrorStatus }
  /** Every byte of the body comes alone: lines and characters are split. */
  | { readonly kind: 'trickle' };

/** The errors that a proxy answers with. */
export type ErrorStatus = 409 | 410 | 429 | 500 | 503 | 504;

/** A request as faults are chosen by it. */
export interface ProxiedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly isWatch: boolean;
  readonly isWrite: boolean;
}

const reasons: Readonly<Record<ErrorStatus, string>> = {
  409: 'Conflict',
  410: 'Expired',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
};

/** The Status object of an error, as the API server would send it. */
export function statusOf(code: ErrorStatus, retryAfterSeconds?: number): object {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: `planted by the fault proxy: ${reasons[code]}`,
    reason: reasons[code],
    code,
    ...(retryAfterSeconds === undefined ? {} : { details: { retryAfterSeconds } }),
  };
}

/** A fault that makes sense for the request, drawn evenly from all kinds. */
export function randomFault({ isWatch, isWrite }: ProxiedRequest, random: Random): Fault {
  const upTo = (most: number): number => Math.floor(random() * (most + 1));
  const oneOf = <T>(choices: readonly T[]): T => choices[upTo(choices.length - 1)] as T;
  const any: (() => Fault)[] = [
    () => ({ kind: 'delay', ms: upTo(100) }),
    () => ({ kind: 'cut', afterBytes: upTo(3_000) }),
    () => ({ kind: 'loseAnswer', how: oneOf(['reset', 'silence']) }),
    () => ({ kind: 'answer', status: oneOf([429, 500, 503]) }),
    () => ({ kind: 'halfOpen', afterBytes: upTo(3_000) }),
  ];
  const ofReads: typeof any = [() => ({ kind: 'answer', status: 410 }), () => ({ kind: 'trickle' })];
  const ofWrites: typeof any = [() => ({ kind: 'answer', status: 409 })];
  const ofWatches: typeof any = [
    () => ({ kind: 'truncateLine', line: upTo(4) }),
    () => ({ kind: 'reorderLines', line: upTo(4) }),
    () => ({ kind: 'duplicateLine', line: upTo(4) }),
    () => ({ kind: 'errorEvent', line: upTo(4), status: oneOf([410, 429, 500, 504]) }),
  ];
  return oneOf([...any, ...(isWrite ? ofWrites : ofReads), ...(isWatch ? ofWatches : [])])();
}
