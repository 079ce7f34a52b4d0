import type { ChildIdentity } from '../core/delegation/child-identity.ts';

/** The identity of an object that the first attempt of the step `train` of the WorkItem `run` makes. */
export function anIdentity(fields: Partial<ChildIdentity> = {}): ChildIdentity {
  return {
    name: 'train-1-0123456789abcdef',
    namespace: 'team-a',
    workItem: { name: 'run', uid: 'work-item-uid' },
    path: 'train',
    specDigest: 'sha256:1',
    labels: { 'conclave.dev/work-item': 'run' },
    isOwned: true,
    ...fields,
  };
}
