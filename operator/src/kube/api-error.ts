/** One field the server objects to, from `details.causes` of its Status. */
export interface ErrorCause {
  readonly field: string;
  readonly reason: string;
  readonly message: string;
}

/** What was asked of the API server; every error names it. */
export interface RequestTarget {
  /** As RBAC spells it: get, list, watch, create, update, patch, delete, deletecollection; `apply` for server-side apply. */
  readonly verb: string;
  /** As `resourceName` writes it, or the path of a request outside any resource. */
  readonly resource: string;
  readonly namespace?: string;
  readonly name?: string;
}

/** All that an error carries; `message` is built from it. */
export interface ApiErrorDetails {
  readonly target: RequestTarget;
  /** HTTP status; 0 when there was no answer. */
  readonly code: number;
  /** The Status object's machine-readable reason, such as `AlreadyExists`; empty when the server gave none. */
  readonly reason: string;
  /** What the server (or the network) said. */
  readonly said: string;
  readonly causes?: readonly ErrorCause[];
  readonly retryAfterMs?: number;
  readonly cause?: unknown;
}

/** The API server did not do what was asked. Subclasses say why; this class itself is for what has no class. */
export class ApiError extends Error {
  override readonly name: string = 'ApiError';
  readonly target: RequestTarget;
  readonly code: number;
  readonly reason: string;
  readonly said: string;
  readonly causes: readonly ErrorCause[];
  /** How long the server asks to wait before the next attempt, in milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(details: ApiErrorDetails, hint = '') {
    super(describe(details, hint), details.cause === undefined ? undefined : { cause: details.cause });
    this.target = details.target;
    this.code = details.code;
    this.reason = details.reason;
    this.said = details.said;
    this.causes = details.causes ?? [];
    this.retryAfterMs = details.retryAfterMs;
  }
}

/** 409: the object changed since it was read, or a precondition (uid, resourceVersion) does not hold. */
export class Conflict extends ApiError {
  override readonly name = 'Conflict';
  constructor(details: ApiErrorDetails) {
    super(
      details,
      details.target.verb === 'apply'
        ? 'leave these fields to their owner, or take them over with force'
        : 'read the object again and repeat the change on what it says now',
    );
  }
}

/** 409: an object of this name is there. */
export class AlreadyExists extends ApiError {
  override readonly name = 'AlreadyExists';
  constructor(details: ApiErrorDetails) {
    super(details, 'check whether the existing object is the one meant, or choose another name');
  }
}

/** 404: no such object, namespace or kind. */
export class NotFound extends ApiError {
  override readonly name = 'NotFound';
  constructor(details: ApiErrorDetails) {
    super(
      details,
      isUnknownKind(details)
        ? 'the cluster does not serve this resource; are the CustomResourceDefinitions installed?'
        : '',
    );
  }
}

/** 410: the resource version or continue token is too old (reasons `Expired` and `Gone`). */
export class Gone extends ApiError {
  override readonly name = 'Gone';
  constructor(details: ApiErrorDetails) {
    super(details, 'list again from the start');
  }
}

/** 429: the server sheds load; `retryAfterMs` is always there. */
export class TooManyRequests extends ApiError {
  override readonly name = 'TooManyRequests';
  override readonly retryAfterMs: number;
  constructor(details: ApiErrorDetails) {
    const retryAfterMs = details.retryAfterMs ?? 1000;
    super(details, `try again in ${Math.ceil(retryAfterMs / 1000)} s`);
    this.retryAfterMs = retryAfterMs;
  }
}

/** 422 and 400: the object or the request is wrong; `causes` says where. Repeating it cannot help. */
export class Invalid extends ApiError {
  override readonly name = 'Invalid';
  constructor(details: ApiErrorDetails) {
    super(details, (details.causes ?? []).length > 0 ? 'correct these fields' : 'correct the request');
  }
}

/** 413, or etcd's own limit: the object is larger than the cluster stores. Repeating it cannot help. */
export class TooLarge extends ApiError {
  override readonly name = 'TooLarge';
  constructor(details: ApiErrorDetails) {
    super(details, 'make the object smaller: a cluster stores about 1.5 MB for each');
  }
}

/** 403: the account lacks the right, or an admission policy or quota says no. */
export class Forbidden extends ApiError {
  override readonly name = 'Forbidden';
  constructor(details: ApiErrorDetails) {
    super(details, 'give the account the right (RBAC), or change what the policy or quota objects to');
  }
}

/** 401: the credentials are missing, wrong or expired, also after they were read anew. */
export class Unauthorized extends ApiError {
  override readonly name = 'Unauthorized';
  constructor(details: ApiErrorDetails) {
    super(details, 'renew the credentials of the kubeconfig or service account in use');
  }
}

/** 5xx: the server failed. A write may have taken effect. */
export class ServerError extends ApiError {
  override readonly name = 'ServerError';
  constructor(details: ApiErrorDetails) {
    super(details, 'try again later; if it lasts, look at the API server and its admission webhooks');
  }
}

/** No answer: the connection failed, broke, or took too long. */
export class Unreachable extends ApiError {
  override readonly name = 'Unreachable';
  /** True when a write was sent and nobody knows whether it was done. */
  readonly mayHaveTakenEffect: boolean;
  constructor(details: ApiErrorDetails & { readonly mayHaveTakenEffect: boolean }) {
    super(
      details,
      details.mayHaveTakenEffect
        ? 'the write may have taken effect: read the object before repeating it'
        : 'check the address of the API server, and that it runs and can be reached from here',
    );
    this.mayHaveTakenEffect = details.mayHaveTakenEffect;
  }
}

/** The answer, or a line of a watch, is larger than the client accepts. */
export class ResponseTooLarge extends ApiError {
  override readonly name = 'ResponseTooLarge';
  constructor(details: ApiErrorDetails) {
    super(details, 'ask for fewer objects a page');
  }
}

/** This process may not write now (it does not lead); nothing was sent. */
export class WriteRefused extends ApiError {
  override readonly name = 'WriteRefused';
}

function describe({ target, code, reason, said, causes = [] }: ApiErrorDetails, hint: string): string {
  const object = [target.namespace, target.name].filter((part) => part !== undefined).join('/');
  const subject = object === '' ? `${target.verb} ${target.resource}` : `${target.verb} ${target.resource} ${object}`;
  const answer = code === 0 ? said : `${said} (${[code, reason].filter((part) => part !== '').join(' ')})`;
  const fields = causes
    .filter(({ message }) => !said.includes(message))
    .map(({ field, message }) => `${field}: ${message}`);
  return [`${subject}: ${[answer, ...fields].join('; ')}`, hint].filter((part) => part !== '').join(' — ');
}

/** The server's router knows no such path: the Status names no object and no kind. */
function isUnknownKind({ said }: ApiErrorDetails): boolean {
  return said.startsWith('the server could not find the requested resource') || said.startsWith('404 page not found');
}
