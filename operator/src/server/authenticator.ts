import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Caller, ReviewedUser } from './caller.ts';
import { Refusal, type RefusalDetails } from './refusal.ts';

/** Audience of the tokens that are meant for this server. */
export const audience = 'conclave';

/** A pod as its token names it. */
export interface PodIdentity {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

/** What authentication needs from the cluster. */
export interface IdentityCluster {
  /** Whose token it is; undefined when it is not good. Without an audience it must be for the API server itself. */
  reviewToken(token: string, audience: string | undefined): Promise<ReviewedUser | undefined>;
  /** UID of the WorkItem that a pod works for; undefined when it works for none, or when there is no such pod. */
  workItemOf(pod: PodIdentity): Promise<string | undefined>;
}

/** What an authenticator is made of. */
export interface AuthenticatorOptions {
  readonly cluster: IdentityCluster;
  /** User name of the operator's service account. */
  readonly operatorAccount: string;
  /** Time that an answer of the cluster counts, in milliseconds: a deleted pod's token works as long. */
  readonly cacheMs: number;
  /** Lets a question to the cluster pass, or throws; `address` is where the request came from. */
  readonly admit: (address: string) => void;
}

const cannotTell: RefusalDetails = {
  status: 503,
  reason: 'IdentityUnknown',
  message: 'the API server could not say whose token this is',
  hint: 'try again in a moment',
  retryAfterSeconds: 1,
};
const longestTokenBytes = 16 * 1024;
const cachedTokens = 10_000;

/** Finds out who sends requests, by TokenReview; answers count for some seconds, also those that refuse. */
export class Authenticator {
  readonly #options: AuthenticatorOptions;
  readonly #answers: LRUCache<string, Promise<Caller | undefined>>;

  constructor(options: AuthenticatorOptions) {
    this.#options = options;
    this.#answers = new LRUCache({ max: cachedTokens, ttl: options.cacheMs });
  }

  /** The caller behind an `Authorization` header. @throws Refusal */
  async authenticate(header: string | undefined, address: string): Promise<Caller> {
    const token = bearerToken(header);
    const caller = await this.#lookUp(token, address);
    if (caller !== undefined) return caller;
    throw unauthorized('the token is not valid', 'it may have expired, or its pod is gone: send a fresh one');
  }

  /** Requests that come together ask once. What failed is not kept: the next request asks again. */
  #lookUp(token: string, address: string): Promise<Caller | undefined> {
    const key = createHash('sha256').update(token).digest('base64');
    const known = this.#answers.get(key);
    if (known !== undefined) return known;
    this.#options.admit(address);
    const answer = this.#identify(token).catch((error: unknown) => {
      throw new Refusal(cannotTell, error);
    });
    this.#answers.set(key, answer);
    answer.catch(() => this.#answers.delete(key));
    return answer;
  }

  async #identify(token: string): Promise<Caller | undefined> {
    const { cluster, operatorAccount } = this.#options;
    const ours = await cluster.reviewToken(token, audience);
    const user = ours ?? (await cluster.reviewToken(token, undefined));
    if (user === undefined) return undefined;
    if (user.username === operatorAccount) return { kind: 'operator', user };
    const pod = podOf(user);
    // A token for the API server must not open artifacts: whoever was sent one by mistake could use it here.
    const workItem = ours !== undefined && pod !== undefined ? await cluster.workItemOf(pod) : undefined;
    if (pod === undefined || workItem === undefined) return { kind: 'user', user, namespace: pod?.namespace };
    return { kind: 'pod', user, scope: { namespace: pod.namespace, workItem } };
  }
}

/** The pod that a token is bound to; the API server vouches for these fields (`authentication.kubernetes.io/…`). */
function podOf({ username, extra }: ReviewedUser): PodIdentity | undefined {
  const [, namespace] = /^system:serviceaccount:([^:]+):[^:]+$/.exec(username) ?? [];
  const [name] = extra['authentication.kubernetes.io/pod-name'] ?? [];
  const [uid] = extra['authentication.kubernetes.io/pod-uid'] ?? [];
  return namespace === undefined || name === undefined || uid === undefined ? undefined : { namespace, name, uid };
}

function bearerToken(header: string | undefined): string {
  const [, token] = /^Bearer +([\w.~+/=-]+)$/i.exec(header ?? '') ?? [];
  if (token !== undefined && token.length <= longestTokenBytes) return token;
  throw unauthorized('there is no bearer token', 'send the header Authorization: Bearer <token>');
}

function unauthorized(message: string, hint: string): Refusal {
  return new Refusal({ status: 401, reason: 'Unauthorized', message, hint });
}
