import { NotFound } from './api-error.ts';
import type { KubeClient } from './client.ts';
import { pods } from './pod.ts';
import type { KubeObject, ObjectMeta, ResourceType } from './resource-type.ts';

/** A user as a TokenReview tells. */
export interface TokenUser {
  readonly username: string;
  readonly uid: string | undefined;
  readonly groups: readonly string[];
  readonly extra: Readonly<Record<string, readonly string[]>>;
}

interface TokenReview extends KubeObject {
  readonly spec: { readonly token: string; readonly audiences?: readonly string[] };
  readonly status?: {
    readonly authenticated?: boolean;
    readonly audiences?: readonly string[];
    readonly user?: Partial<TokenUser>;
  };
}

interface SubjectAccessReview extends KubeObject {
  readonly spec: {
    readonly user: string;
    readonly uid?: string;
    readonly groups: readonly string[];
    readonly extra: TokenUser['extra'];
    readonly resourceAttributes: {
      readonly namespace: string;
      readonly verb: string;
      readonly group: string;
      readonly resource: string;
    };
  };
  readonly status?: { readonly allowed?: boolean };
}

const tokenReviews: ResourceType<TokenReview> = {
  group: 'authentication.k8s.io',
  version: 'v1',
  kind: 'TokenReview',
  plural: 'tokenreviews',
  namespaced: false,
};
const accessReviews: ResourceType<SubjectAccessReview> = {
  group: 'authorization.k8s.io',
  version: 'v1',
  kind: 'SubjectAccessReview',
  plural: 'subjectaccessreviews',
  namespaced: false,
};

/** Reviews are never stored, so they have no name. */
const nameless = {} as ObjectMeta;
const timeoutMs = 10_000;
const workItemLabel = 'conclave.dev/work-item-uid';

/** Asks the API server who callers are and what they may do. */
export class CallerReview {
  readonly #client: KubeClient;

  constructor(client: KubeClient) {
    this.#client = client;
  }

  /** Whose token it is; undefined when it is not good. Without an audience it must be for the API server itself. */
  async reviewToken(token: string, audience: string | undefined): Promise<TokenUser | undefined> {
    const spec = audience === undefined ? { token } : { token, audiences: [audience] };
    const review: TokenReview = {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenReview',
      metadata: nameless,
      spec,
    };
    const { status = {} } = await this.#client.create(tokenReviews, review, { timeoutMs });
    if (status.authenticated !== true) return undefined;
    // An authenticator that knows no audiences leaves them out: then the token is the API server's, not ours.
    const isMeant = audience === undefined || status.audiences?.includes(audience) === true;
    return isMeant ? userOf(status) : undefined;
  }

  /** UID of the WorkItem that a pod works for; undefined when it works for none, or when there is no such pod. */
  async workItemOf(pod: {
    readonly namespace: string;
    readonly name: string;
    readonly uid: string;
  }): Promise<string | undefined> {
    try {
      const { namespace, name } = pod;
      const { metadata } = await this.#client.get(pods, { namespace, name }, { timeoutMs });
      return metadata.uid === pod.uid ? metadata.labels?.[workItemLabel] : undefined;
    } catch (error) {
      if (error instanceof NotFound) return undefined;
      throw error;
    }
  }

  /** Whether a user has the right `create` on `events.conclave.dev` in a namespace. */
  async mayCreateEvents({ username, uid, groups, extra }: TokenUser, namespace: string): Promise<boolean> {
    const resourceAttributes = { namespace, verb: 'create', group: 'conclave.dev', resource: 'events' };
    const spec = { user: username, groups, extra, resourceAttributes, ...(uid === undefined ? {} : { uid }) };
    const review: SubjectAccessReview = {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      metadata: nameless,
      spec,
    };
    const { status } = await this.#client.create(accessReviews, review, { timeoutMs });
    return status?.allowed === true;
  }
}

function userOf({ user = {} }: NonNullable<TokenReview['status']>): TokenUser | undefined {
  const { username, uid, groups = [], extra = {} } = user;
  return username === undefined ? undefined : { username, uid, groups, extra };
}
