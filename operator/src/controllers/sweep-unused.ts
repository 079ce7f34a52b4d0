/** A ControllerRevision that runs are or were pinned to. */
export interface KeptRevision {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  /** RFC 3339. */
  readonly createdAt: string;
}

/** A WorkItem that the server keeps artifacts for. */
export interface KeptScope {
  readonly namespace: string;
  /** Its UID. */
  readonly workItem: string;
}

/** What is looked through, and removed from. */
export interface SweepPort {
  revisions(): AsyncIterable<KeptRevision>;
  /** Only as it was seen. */
  removeRevision(revision: KeptRevision): Promise<void>;
  /** Of all namespaces. */
  scopes(): AsyncIterable<KeptScope>;
  /** Whether the WorkItems of a namespace are known here, now: of another, nothing is known to be unused. */
  isWatched(namespace: string): boolean;
  removeScope(scope: KeptScope): Promise<void>;
  /** Names of the revisions that WorkItems of a namespace are pinned to. */
  revisionsInUse(namespace: string): ReadonlySet<string>;
  hasWorkItem(uid: string): boolean;
  /** Nobody may take a revision for kept from now on without looking. */
  forget(namespace: string, name: string): void;
}

/** A revision is kept before its WorkItem says so; in milliseconds. */
const youngMs = 60 * 60 * 1000;

/**
 * Removes what no WorkItem needs any more: revisions, and artifacts on the server. Something that was found to be unused is
 * removed by the next sweep, if it still is: in between, whoever wants it says so.
 */
export class UnusedSweep {
  readonly #port: SweepPort;
  readonly #clock: () => Date;
  #suspects: ReadonlySet<string> = new Set();

  constructor(port: SweepPort, clock: () => Date) {
    this.#port = port;
    this.#clock = clock;
  }

  /** One sweep. */
  async run(): Promise<void> {
    const before = this.#suspects;
    const suspects = new Set<string>();
    await this.#sweepRevisions(before, suspects);
    await this.#sweepScopes(before, suspects);
    this.#suspects = suspects;
  }

  async #sweepRevisions(before: ReadonlySet<string>, suspects: Set<string>): Promise<void> {
    for await (const revision of this.#port.revisions()) {
      const { namespace, name, uid, createdAt } = revision;
      if (!this.#port.isWatched(namespace)) continue;
      const isYoung = this.#clock().getTime() - Date.parse(createdAt) < youngMs;
      if (isYoung || this.#port.revisionsInUse(namespace).has(name)) continue;
      if (before.has(uid)) await this.#port.removeRevision(revision);
      else {
        suspects.add(uid);
        this.#port.forget(namespace, name);
      }
    }
  }

  async #sweepScopes(before: ReadonlySet<string>, suspects: Set<string>): Promise<void> {
    for await (const scope of this.#port.scopes()) {
      if (!this.#port.isWatched(scope.namespace) || this.#port.hasWorkItem(scope.workItem)) continue;
      if (before.has(scope.workItem)) await this.#port.removeScope(scope);
      else suspects.add(scope.workItem);
    }
  }
}
