import { RecordError, type RecordReason } from '../core/records/record-error.ts';

/** What the server says when it does not do what was asked. */
export interface RefusalDetails {
  /** HTTP status. */
  readonly status: number;
  /** One word that programs may rely on. */
  readonly reason: string;
  readonly message: string;
  /** What to do about it. */
  readonly hint?: string;
  readonly retryAfterSeconds?: number;
}

/** A request that is not answered as its sender hoped. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly details: RefusalDetails;
  constructor(details: RefusalDetails, cause?: unknown) {
    super(details.message, cause === undefined ? undefined : { cause });
    this.details = details;
  }
}

/** The body of every answer that is not good. */
export interface ErrorBody {
  readonly error: {
    readonly code: number;
    readonly reason: string;
    readonly message: string;
    readonly hint: string;
  };
}

/** A refusal as JSON. */
export function errorBody({ status, reason, message, hint = '' }: RefusalDetails): ErrorBody {
  return { error: { code: status, reason, message, hint } };
}

/** What is answered to an error, whatever it is; what it was in detail is for the log alone when it is ours. */
export function refusalOf(error: unknown): RefusalDetails {
  if (error instanceof Refusal) return error.details;
  if (error instanceof RecordError) return { ...recordRefusals[error.reason], message: error.message };
  return frameworkRefusal(error) ?? internalError;
}

const internalError: RefusalDetails = {
  status: 500,
  reason: 'InternalError',
  message: 'the server failed',
  hint: 'try again; its log says why, under the request id of this answer',
};

const recordRefusals: Readonly<Record<RecordReason, Omit<RefusalDetails, 'message'>>> = {
  DigestMismatch: { status: 400, reason: 'DigestMismatch', hint: 'send the bytes whose SHA-256 the address names' },
  TooLarge: { status: 413, reason: 'TooLarge', hint: 'store less, or raise --max-artifact-bytes of the server' },
  InsufficientStorage: {
    status: 507,
    reason: 'InsufficientStorage',
    hint: 'enlarge the volume of the server, or remove WorkItems; then try again',
  },
  Broken: { status: 500, reason: 'Broken', hint: 'what was stored is damaged or lost: run again what made it' },
};

const gone: RefusalDetails = { status: 400, reason: 'Aborted', message: 'the client went away' };

/** Errors of the HTTP framework are the sender's when their status says so. */
function frameworkRefusal(error: unknown): RefusalDetails | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('code' in error && error.code === 'ECONNRESET') return gone;
  if (!('statusCode' in error)) return undefined;
  const { statusCode, message } = error as Error & { readonly statusCode: unknown };
  if (typeof statusCode !== 'number' || statusCode < 400 || statusCode >= 500) return undefined;
  return { status: statusCode, reason: statusCode === 413 ? 'TooLarge' : 'BadRequest', message };
}
