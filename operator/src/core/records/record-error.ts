/** Why a record could not be stored or read: one word that programs may rely on. */
export type RecordReason = 'DigestMismatch' | 'TooLarge' | 'InsufficientStorage' | 'Broken';

/** A store did not do what was asked, for a reason that its caller can tell apart. */
export class RecordError extends Error {
  override readonly name = 'RecordError';
  readonly reason: RecordReason;
  constructor(reason: RecordReason, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.reason = reason;
  }
}
