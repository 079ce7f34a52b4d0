/** Why a document could not be rendered. */
export type RenderFailureReason = 'OutputTooLarge' | 'RenderTimeout' | 'RenderFailed';

/** Thrown when a document cannot be rendered; the message says what to do. Only a timeout may pass at another try. */
export class OutputRenderError extends Error {
  override readonly name = 'OutputRenderError';
  readonly reason: RenderFailureReason;
  readonly retryable: boolean;

  constructor(reason: RenderFailureReason, message: string) {
    super(message);
    this.reason = reason;
    this.retryable = reason === 'RenderTimeout';
  }
}
