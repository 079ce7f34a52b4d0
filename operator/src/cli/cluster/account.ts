import type { ObjectMeta } from '../../api/object-meta.ts';
import type { FoundPolicy, PolicyProblem } from '../../core/decision/policies-in-force.ts';
import type { PolicyManifest } from '../../core/decision/policy-manifest.ts';
import type { Person } from './person.ts';

/** Any object of a cluster, as the API server sent it. */
export interface ClusterObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
}

/** A kind of object that the API server serves, and the TypeScript type `T` of its objects. */
export interface ClusterKind<T extends ClusterObject = ClusterObject> {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
  /** Carries `T` for the compiler alone; never set. */
  readonly objectType?: T;
}

/** One object; the namespace is absent for kinds that have none. */
export interface ClusterReference {
  readonly namespace?: string;
  readonly name: string;
}

/** Which objects of a kind: one namespace or all, and the server's own selectors. */
export interface ClusterSelection {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

/** Which part of the log of a container. */
export interface LogOptions {
  readonly container: string;
  /** Goes on until the container ends. */
  readonly follow?: boolean;
  /** The last lines alone. */
  readonly tailLines?: number;
  readonly sinceSeconds?: number;
  /** Begins each line with when it was written. */
  readonly timestamps?: boolean;
}

/** What commands ask of the API server. Every call throws what the API server objects to. */
export interface ClusterClient {
  get<T extends ClusterObject>(kind: ClusterKind<T>, reference: ClusterReference): Promise<T>;
  getText(path: string): Promise<string>;
  list<T extends ClusterObject>(kind: ClusterKind<T>, selection: ClusterSelection): AsyncIterable<T>;
  create<T extends ClusterObject>(
    kind: ClusterKind<T>,
    object: T,
    options?: { readonly fieldValidation?: 'Strict' },
  ): Promise<T>;
  patch<T extends ClusterObject>(
    kind: ClusterKind<T>,
    reference: ClusterReference,
    patch: { readonly merge: Readonly<Record<string, unknown>> },
  ): Promise<T>;
  /** The log of a container, in pieces of any length. */
  log(pod: ClusterReference, options: LogOptions): AsyncIterable<Uint8Array>;
}

/** What the API server says of an admission policy. */
export type PolicyAnswer =
  { readonly found: FoundPolicy } | { readonly problem: PolicyProblem } | 'missing' | 'not-served';

/** What one sees and does in a cluster by one's own account. */
export interface Account {
  readonly client: ClusterClient;
  /** The namespace of the context. */
  readonly namespace: string;
  readonly person: Person;
  /** An admission policy or its binding. What may not be read is a problem; all else that goes wrong is thrown. */
  policy(policy: Pick<PolicyManifest, 'kind' | 'name'>): Promise<PolicyAnswer>;
  /**
   * All objects of a selection, again whenever one of them has changed, the first time at once; it goes on until the reader
   * or `signal` ends it. Changes that follow each other faster than they are read are seen as one.
   */
  follow<T extends ClusterObject>(
    kind: ClusterKind<T>,
    selection: ClusterSelection,
    signal?: AbortSignal,
  ): AsyncIterable<readonly T[]>;
  close(): Promise<void>;
}
