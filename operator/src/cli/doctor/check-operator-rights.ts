import type { ClusterClient, ClusterKind, ClusterObject } from '../cluster/account.ts';
import { watchedNamespaces } from './check-operator.ts';
import type { Check, Finding } from './finding.ts';
import type { RoleManifest, Shipped } from './read-shipped.ts';

const check = "the operator's rights";
const account = 'conclave-operator';

interface AccessReview extends ClusterObject {
  readonly spec: object;
  readonly status?: { readonly allowed?: boolean };
}

const accessReviews: ClusterKind<AccessReview> = {
  ...{ group: 'authorization.k8s.io', version: 'v1', kind: 'SubjectAccessReview' },
  ...{ plural: 'subjectaccessreviews', namespaced: false },
};

/** One thing that an account needs to be allowed. */
interface NeededRight {
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly verb: string;
  readonly name?: string;
  readonly namespace?: string;
}

/** Whether the operator's account may do all that it needs. */
export const checkOperatorRights: Check = async (examination) => {
  const { shipped, systemNamespace } = examination;
  const { client } = examination.account;
  const user = `system:serviceaccount:${systemNamespace}:${account}`;
  const needed = rightsOf(shipped, { system: systemNamespace, watched: await watchedNamespaces(examination) });
  const missing: NeededRight[] = [];
  for (let from = 0; from < needed.length; from += atOnce) {
    const some = needed.slice(from, from + atOnce);
    const allowed = await Promise.all(some.map((right) => isAllowed(client, user, right)));
    missing.push(...some.filter((_, index) => allowed[index] !== true));
  }
  if (missing.length === 0) return [{ check, result: 'ok', message: `${user} may do all that it needs` }];
  return tellMissing(missing, user);
};

/** Reviews under way at the same time. */
const atOnce = 16;

/** Where the operator stands, and the namespaces that it watches; none if it watches them all. */
interface Namespaces {
  readonly system: string;
  readonly watched: readonly string[];
}

function rightsOf({ roles }: Shipped, { system, watched }: Namespaces): readonly NeededRight[] {
  const bindings = roles.filter(({ subjects = [] }) =>
    subjects.some(({ kind, name }) => kind === 'ServiceAccount' && name === account),
  );
  return bindings.flatMap(({ roleRef }) => {
    const role = roles.find(({ kind, metadata }) => kind === roleRef?.kind && metadata.name === roleRef.name);
    if (role === undefined) return [];
    const namespaces = role.kind === 'Role' ? [system] : watched;
    if (namespaces.length === 0) return expand(role, {});
    return namespaces.flatMap((namespace) => expand(role, { namespace }));
  });
}

function expand({ rules = [] }: RoleManifest, where: { readonly namespace?: string }): readonly NeededRight[] {
  return rules.flatMap(({ apiGroups = [], resources = [], resourceNames = [undefined], verbs }) =>
    apiGroups.flatMap((group) =>
      resources.flatMap((path) => {
        const [resource = '', subresource] = path.split('/');
        const named = { group, resource, ...(subresource !== undefined && { subresource }), ...where };
        return resourceNames.flatMap((name) =>
          verbs.map((verb) => ({ ...named, verb, ...(name !== undefined && { name }) })),
        );
      }),
    ),
  );
}

async function isAllowed(client: ClusterClient, user: string, right: NeededRight): Promise<boolean> {
  const review = {
    ...{ apiVersion: 'authorization.k8s.io/v1', kind: accessReviews.kind, metadata: {} },
    spec: { user, resourceAttributes: right },
  } as unknown as AccessReview;
  return (await client.create(accessReviews, review)).status?.allowed === true;
}

/** One finding for each resource: an account that was never bound lacks a hundred rights at once. */
function tellMissing(missing: readonly NeededRight[], user: string): readonly Finding[] {
  const byResource = new Map<string, Set<string>>();
  for (const { group, resource, subresource, verb, namespace } of missing) {
    const path = subresource === undefined ? resource : `${resource}/${subresource}`;
    const key = `${path}${group === '' ? '' : `.${group}`}${namespace === undefined ? '' : ` in ${namespace}`}`;
    byResource.set(key, (byResource.get(key) ?? new Set()).add(verb));
  }
  const lines = Array.from(byResource, ([resource, verbs]) => `${[...verbs].join(', ')} ${resource}`);
  const shown = lines.slice(0, mostShown).join('; ');
  const rest = lines.length > mostShown ? `; and ${lines.length - mostShown} more` : '';
  const hint =
    'install its rights anew: helm upgrade, or kubectl apply --server-side --force-conflicts -f config/rbac/operator.yaml';
  return [{ check, result: 'failed', message: `${user} may not ${shown}${rest}`, hint }];
}

const mostShown = 5;
