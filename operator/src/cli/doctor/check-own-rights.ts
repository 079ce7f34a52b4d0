import { group } from '../../api/api-version.ts';
import type { ClusterKind, ClusterObject } from '../cluster/account.ts';
import type { Check, Finding } from './finding.ts';

const check = 'your rights';

interface AccessReview extends ClusterObject {
  readonly status?: { readonly allowed?: boolean };
}

const accessReviews: ClusterKind<AccessReview> = {
  ...{ group: 'authorization.k8s.io', version: 'v1', kind: 'SelfSubjectAccessReview' },
  ...{ plural: 'selfsubjectaccessreviews', namespaced: false },
};

/** What commands need; without the first nothing can be seen. */
const needs = [
  { group, resource: 'workitems', verbs: ['get', 'list', 'watch'], commands: 'list, status', role: 'conclave-viewer' },
  { group, resource: 'pipelines', verbs: ['get'], commands: 'run, replay', role: 'conclave-viewer' },
  { group, resource: 'workitems', verbs: ['create'], commands: 'run, replay', role: 'conclave-editor' },
  {
    group,
    resource: 'workitems',
    verbs: ['patch', 'update'],
    commands: 'pause, resume, cancel, retry',
    role: 'conclave-editor',
  },
  { group: '', resource: 'pods', verbs: ['list'], commands: 'logs', role: 'view' },
  { group: '', resource: 'pods/log', verbs: ['get'], commands: 'logs', role: 'view' },
  { group: 'events.k8s.io', resource: 'events', verbs: ['list'], commands: 'events', role: 'view' },
] as const;

/** What whoever asks may do. */
export const checkOwnRights: Check = async ({ account, namespace }) => {
  const isAllowed = async (resourceGroup: string, path: string, verb: string): Promise<boolean> => {
    const [resource, subresource] = path.split('/');
    const resourceAttributes = { namespace, group: resourceGroup, resource, subresource, verb };
    const review = {
      ...{ apiVersion: 'authorization.k8s.io/v1', kind: accessReviews.kind, metadata: {} },
      spec: { resourceAttributes },
    } as unknown as AccessReview;
    return (await account.client.create(accessReviews, review)).status?.allowed === true;
  };
  const findings = await Promise.all(
    needs.map(async ({ verbs, commands, role, ...need }, index): Promise<readonly Finding[]> => {
      const allowed = await Promise.all(verbs.map((verb) => isAllowed(need.group, need.resource, verb)));
      const missing = verbs.filter((_, at) => allowed[at] !== true);
      if (missing.length === 0) return [];
      const where = namespace === undefined ? 'in all namespaces' : `in ${namespace}`;
      const message = `you may not ${missing.join(', ')} ${need.resource} ${where}: needed for ${commands}`;
      const hint = `ask for a RoleBinding to the ClusterRole ${role}`;
      return [{ check, result: index === 0 ? 'failed' : 'warning', message, hint }];
    }),
  );
  const wrong = findings.flat();
  return wrong.length > 0
    ? wrong
    : [{ check, result: 'ok', message: `${await account.person.user()} may use every command` }];
};
