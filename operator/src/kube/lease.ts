import type { KubeObject, ObjectMeta, ResourceType } from './resource-type.ts';

/** A coordination.k8s.io/v1 Lease; all fields of its spec are optional on the server. */
export interface Lease extends KubeObject {
  readonly spec?: LeaseSpec;
}

/** Who holds a Lease and for how long; times are RFC 3339 with microseconds. */
export interface LeaseSpec {
  /** Empty or absent: nobody. */
  readonly holderIdentity?: string;
  readonly leaseDurationSeconds?: number;
  readonly acquireTime?: string;
  readonly renewTime?: string;
  readonly leaseTransitions?: number;
}

export const leases: ResourceType<Lease> = {
  group: 'coordination.k8s.io',
  version: 'v1',
  kind: 'Lease',
  plural: 'leases',
  namespaced: true,
};

/** A time as the API server writes a MicroTime. */
export function microTime(wallMs: number): string {
  return new Date(wallMs).toISOString().replace('Z', '000Z');
}

/** Who holds it, as far as the record goes; undefined: nobody. */
export function holderOf(lease: Lease | undefined): string | undefined {
  const holder = lease?.spec?.holderIdentity;
  return holder === '' ? undefined : holder;
}

/** A Lease that `identity` takes over or renews; `leaseTransitions` counts changes of the holder, as in client-go. */
export function heldBy(
  lease: Lease | undefined,
  claim: {
    readonly metadata: ObjectMeta;
    readonly identity: string;
    readonly leaseDurationSeconds: number;
    readonly wallMs: number;
  },
): Lease {
  const { metadata, identity, leaseDurationSeconds, wallMs } = claim;
  const renewTime = microTime(wallMs);
  const before = lease?.spec ?? {};
  const { acquireTime = renewTime, leaseTransitions = 0 } = before;
  const tenure =
    before.holderIdentity === identity
      ? { acquireTime, leaseTransitions }
      : { acquireTime: renewTime, leaseTransitions: lease === undefined ? 0 : leaseTransitions + 1 };
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: lease?.metadata ?? metadata,
    spec: { ...before, ...tenure, holderIdentity: identity, leaseDurationSeconds, renewTime },
  };
}

/** A Lease that its holder gives up: whoever reads it may take it at once. */
export function released(lease: Lease, wallMs: number): Lease {
  const now = microTime(wallMs);
  return {
    ...lease,
    spec: { ...lease.spec, holderIdentity: '', leaseDurationSeconds: 1, acquireTime: now, renewTime: now },
  };
}
