import { group } from '../../api/kind.ts';

/** A kind by its group and name. */
export interface GroupKind {
  readonly group: string;
  readonly kind: string;
}

/** API groups of which a Method may make nothing, and why. */
const forbiddenGroups: Readonly<Record<string, string>> = {
  [group]: 'what governs runs is written by people',
  'rbac.authorization.k8s.io': 'it would give rights',
  'admissionregistration.k8s.io': 'it would change what the API server admits',
  'apiextensions.k8s.io': 'it would change what the API server serves',
  'apiregistration.k8s.io': 'it would change what the API server serves',
  'authentication.k8s.io': 'it deals with credentials',
  'authorization.k8s.io': 'it deals with rights',
  'certificates.k8s.io': 'it would give credentials',
  'coordination.k8s.io': 'it would decide who leads',
  'discovery.k8s.io': 'it would redirect the traffic of Services',
  'flowcontrol.apiserver.k8s.io': 'it would change whom the API server serves first',
  'networking.k8s.io': 'it would open or close networks',
  'policy.networking.k8s.io': 'it would open or close networks',
  'gateway.networking.k8s.io': 'it would open networks',
  policy: 'it would change what may be evicted',
  'events.k8s.io': 'events say what happened, and are the work of who saw it',
};

/** Kinds of the core group of which a Method may make nothing, and why. */
const forbiddenKinds: Readonly<Record<string, string>> = {
  Binding: 'it would put Pods on nodes past the scheduler',
  Endpoints: 'it would redirect the traffic of Services',
  Event: 'events say what happened, and are the work of who saw it',
  LimitRange: 'it would change what the namespace may use',
  Namespace: 'it would leave the namespace of the WorkItem',
  Node: 'it would leave the namespace of the WorkItem',
  PersistentVolume: 'it would leave the namespace of the WorkItem',
  ResourceQuota: 'it would change what the namespace may use',
  Secret: 'it would put a secret into status, caches and logs on its way',
  ServiceAccount: 'it would give rights',
};

/** Why a Method's template may not make an object of this kind, whatever the operator's account may do. */
export function whyNotMade({ group, kind }: GroupKind): string | undefined {
  const why = group === '' ? forbiddenKinds[kind] : forbiddenGroups[group];
  return why && `a Method may not make an object of kind ${kind}: ${why}`;
}

/** Why a step may not look at an object of this kind. */
export function whyNotRead({ group, kind }: GroupKind): string | undefined {
  return group === '' && kind === 'Secret'
    ? 'a step may not look into a Secret: what it says would stand in status and messages'
    : undefined;
}

/** The group of an `apiVersion`: empty for `v1`. */
export function groupOf(apiVersion: string): string {
  const slash = apiVersion.lastIndexOf('/');
  return slash === -1 ? '' : apiVersion.slice(0, slash);
}
