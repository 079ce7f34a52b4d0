import { firstDifference } from '../../core/dsl/first-difference.ts';
import { formatIssuePath } from '../../core/issue-path.ts';
import type { ClusterKind } from '../cluster/account.ts';
import type { Check, Examination, Finding } from './finding.ts';
import type { CrdManifest } from './read-shipped.ts';

interface InstalledCrd extends CrdManifest {
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

const crds: ClusterKind<InstalledCrd> = {
  ...{ group: 'apiextensions.k8s.io', version: 'v1', kind: 'CustomResourceDefinition' },
  ...{ plural: 'customresourcedefinitions', namespaced: false },
};

/** Whether the CRDs are there, served, and those of this program. */
export const checkCrds: Check = async (examination) => {
  const findings = await Promise.all(examination.shipped.crds.map((expected) => checkCrd(expected, examination)));
  const wrong = findings.flat();
  const message = `the ${findings.length} CRDs are those of this program`;
  return wrong.length > 0 ? wrong : [{ check: 'CRDs', result: 'ok', message }];
};

const install = 'install the CRDs of this version: kubectl apply --server-side --force-conflicts -f crds/';

async function checkCrd(expected: CrdManifest, { account }: Examination): Promise<readonly Finding[]> {
  const { name } = expected.metadata;
  const found = await account.client.get(crds, { name }).catch(absentWhenNotFound);
  const failed = (message: string, hint = install): Finding[] => [{ check: 'CRDs', result: 'failed', message, hint }];
  if (found === undefined) return failed(`${name} is missing`);
  if (found.metadata.deletionTimestamp !== undefined)
    return failed(`${name} is being deleted, with all objects of its kind`, 'install it anew once it is gone');
  for (const version of expected.spec.versions) {
    const served = found.spec.versions.filter((each) => each.served).map((each) => each.name);
    const same = found.spec.versions.find((each) => each.name === version.name);
    if (same?.served !== true)
      return failed(`${name} serves ${served.join(', ')}, and this program speaks ${version.name}`);
    const difference = firstDifference(contentOf(version), contentOf(same));
    if (difference !== undefined)
      return failed(`${name} is of another version than this program: they differ at ${formatIssuePath(difference)}`);
  }
  return isEstablished(found) ? [] : failed(`${name} is not served`, `kubectl describe crd ${name}`);
}

/** What decides which objects the API server takes, and what it can be asked. */
const contentOf = ({ schema, selectableFields }: CrdManifest['spec']['versions'][number]) => ({
  schema,
  ...(selectableFields === undefined ? {} : { selectableFields }),
});

const isEstablished = ({ status }: InstalledCrd) =>
  status?.conditions?.some((condition) => condition.type === 'Established' && condition.status === 'True') ?? false;

function absentWhenNotFound(error: unknown): undefined {
  if (error instanceof Error && error.name === 'NotFound') return undefined;
  throw error;
}
