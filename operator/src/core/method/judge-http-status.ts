/** What a status code says about the call. */
export type HttpVerdict =
  | { readonly isSuccess: true }
  | { readonly isSuccess: false; readonly reason: HttpStatusReason; readonly retryable: boolean };

/** Why an answer is none, in a word that programs may rely on. */
export type HttpStatusReason = 'TooManyRequests' | 'ServerError' | 'ClientError' | 'NotReady' | 'UnexpectedStatus';

/** 2xx is success. What passes by itself is worth another try: 408, 425, 429 and 5xx (RFC 9110, RFC 6585, RFC 8470). */
export function judgeHttpStatus(status: number): HttpVerdict {
  if (status >= 200 && status < 300) return { isSuccess: true };
  if (status === 429) return failure('TooManyRequests', true);
  if (status === 408 || status === 425) return failure('NotReady', true);
  if (status >= 500) return failure('ServerError', true);
  return failure(status >= 400 ? 'ClientError' : 'UnexpectedStatus', false);
}

const failure = (reason: HttpStatusReason, retryable: boolean): HttpVerdict => ({
  isSuccess: false,
  reason,
  retryable,
});
