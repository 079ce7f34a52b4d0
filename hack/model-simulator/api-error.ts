/** A refusal, as vLLM's OpenAI-compatible server words it: `{"error": {message, type, param, code}}`. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly type: string;
  /** The field of the request that is to blame. */
  readonly param: string | null;

  constructor(status: number, type: string, message: string, param: string | null = null) {
    super(message);
    this.status = status;
    this.type = type;
    this.param = param;
  }

  get body() {
    return { error: { message: this.message, type: this.type, param: this.param, code: this.status } };
  }
}

/** What vLLM calls a request that makes no sense. */
export const badRequest = (message: string, param: string | null = null): ApiError =>
  new ApiError(400, 'BadRequestError', message, param);

/** A path, or a model, that is not there. */
export const notFound = (message: string, param: string | null = null): ApiError =>
  new ApiError(404, 'NotFoundError', message, param);
