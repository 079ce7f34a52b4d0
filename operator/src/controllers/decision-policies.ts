import {
  comparePolicies,
  type FoundPolicy,
  type PoliciesInForce,
  type PolicyProblem,
} from '../core/decision/policies-in-force.ts';
import type { PolicyManifest } from '../core/decision/policy-manifest.ts';

/** Where the policies of the cluster are read. */
export interface PolicyPort {
  /** As it is on the cluster now. @throws when the API server cannot be asked */
  read(policy: Pick<PolicyManifest, 'kind' | 'name'>): Promise<PolicyReading>;
}

/** What was read of one policy or binding. */
export type PolicyReading =
  | { readonly found: FoundPolicy }
  | { readonly problem: PolicyProblem }
  /** It is not there; or the cluster has no such kind, and so nothing that decisions could pass by. */
  | 'missing'
  | 'not-served';

/** What is known of the policies: the identity of those in force, or why decisions cannot rest on them. */
export type PoliciesSeen = { readonly epoch: string } | { readonly problem: PolicyProblem };

/** What is shipped and expected, or why nothing is. */
export type ExpectedPolicies = { readonly manifests: readonly PolicyManifest[] } | { readonly problem: PolicyProblem };

interface DecisionPoliciesParts {
  readonly expected: ExpectedPolicies;
  readonly port: PolicyPort;
  readonly clock: () => Date;
  /** Called when what is known has changed. */
  readonly changed: (seen: PoliciesSeen) => void;
}

/** Pauses between readings, in milliseconds: while all is well, and while something is wrong. */
const pausesMs = { well: 30_000, wrong: 5_000 } as const;

/** The policies that decisions rest on, as they were last read. */
export class DecisionPolicies {
  readonly #parts: DecisionPoliciesParts;
  /** When each version of a policy was first seen, in milliseconds: by then it was there, whatever another clock wrote. */
  readonly #firstSeenMs = new Map<string, number>();
  /** Versions that the first reading found. */
  readonly #asFound = new Set<string>();
  #readings = 0;
  #seen: PoliciesSeen | undefined;
  #reading: Promise<PoliciesSeen> | undefined;
  #next: Promise<PoliciesSeen> | undefined;

  constructor(parts: DecisionPoliciesParts) {
    this.#parts = parts;
  }

  /** As they were last read; read now when they never were. */
  current(): Promise<PoliciesSeen> {
    return this.#seen === undefined ? this.fresh() : Promise.resolve(this.#seen);
  }

  /**
   * As they are from now on: the reading begins after the call. Whatever was decided before it is guarded by what it finds,
   * since a policy that was away in between has another identity. @throws when the API server cannot be asked
   */
  fresh(): Promise<PoliciesSeen> {
    if (this.#reading === undefined) return this.#begin();
    // One that has begun already may have passed by what has gone since: all who come meanwhile share the one after it.
    this.#next ??= this.#reading.catch(() => undefined).then(() => this.#begin());
    return this.#next;
  }

  /** Forgets what was read: somebody else leads, and nobody here reads on. */
  forget(): void {
    this.#seen = undefined;
  }

  /** How long to wait until the next reading, in milliseconds. */
  get pauseMs(): number {
    return this.#seen !== undefined && 'epoch' in this.#seen ? pausesMs.well : pausesMs.wrong;
  }

  #begin(): Promise<PoliciesSeen> {
    this.#next = undefined;
    this.#reading = this.#read().finally(() => (this.#reading = undefined));
    return this.#reading;
  }

  async #read(): Promise<PoliciesSeen> {
    const { expected } = this.#parts;
    const seen = 'problem' in expected ? expected : await this.#compare(expected.manifests);
    const isNew = JSON.stringify(seen) !== JSON.stringify(this.#seen);
    this.#seen = seen;
    if (isNew) this.#parts.changed(seen);
    return seen;
  }

  async #compare(manifests: readonly PolicyManifest[]): Promise<PoliciesSeen> {
    const { port, clock } = this.#parts;
    const readings = await Promise.all(manifests.map((manifest) => port.read(manifest)));
    const unread = readings.find((reading) => typeof reading === 'object' && 'problem' in reading);
    if (unread !== undefined) return unread;
    this.#readings += 1;
    const nowMs = clock().getTime();
    const found = readings.flatMap((reading) =>
      typeof reading === 'object' && 'found' in reading ? [this.#dated(reading.found, nowMs)] : [],
    );
    const served = manifests.filter((_, index) => readings[index] !== 'not-served');
    return summarize(comparePolicies(served, found, nowMs));
  }

  #dated(found: FoundPolicy, nowMs: number): FoundPolicy {
    const version = `${found.uid} ${found.generation}`;
    const firstSeenMs = this.#firstSeenMs.get(version) ?? nowMs;
    this.#firstSeenMs.set(version, firstSeenMs);
    // What was there when this process began is as old as the server says; what came since is as old as it was seen here.
    if (this.#readings > 1 && !this.#asFound.has(version)) return { ...found, changedAtMs: firstSeenMs };
    this.#asFound.add(version);
    return { ...found, changedAtMs: Math.min(found.changedAtMs, firstSeenMs) };
  }
}

/** Problems that are told of in words. */
const mostTold = 3;

function summarize(verdict: PoliciesInForce): PoliciesSeen {
  if ('epoch' in verdict) return verdict;
  // What settles does so by itself.
  const isSettling = ({ reason }: PolicyProblem) => reason === 'PoliciesSettling';
  const problems = [...verdict.problems].sort((one, other) => Number(isSettling(one)) - Number(isSettling(other)));
  const told = problems.slice(0, mostTold).map(({ message }) => message);
  const more = problems.length > mostTold ? [`and ${problems.length - mostTold} more`] : [];
  return { problem: { reason: problems[0]?.reason ?? 'PoliciesMissing', message: [...told, ...more].join('; ') } };
}
