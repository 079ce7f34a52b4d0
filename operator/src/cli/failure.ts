import type { ExitCode } from './exit-codes.ts';

/** Numbers of failures in JSON, as other programs know them. */
export const failureCodes = {
  storeUnavailable: 401,
  permissionDenied: 405,
  resumeStateMissing: 406,
  cancelled: 407,
  timeout: 408,
  invalid: 409,
} as const;

export interface FailureDetails {
  readonly exitCode: ExitCode;
  readonly code: (typeof failureCodes)[keyof typeof failureCodes];
  /** One word in PascalCase that programs may rely on. */
  readonly reason: string;
  readonly message: string;
  readonly hint?: string;
}

/** Ends a command. What a user can mend is told as a message; anything else that is thrown is a bug. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly details: FailureDetails;

  constructor(details: FailureDetails) {
    super(details.message);
    this.details = details;
  }
}
