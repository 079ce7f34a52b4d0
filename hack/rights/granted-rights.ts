/** Which rights manifests grant to the operator. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadAll } from 'js-yaml';
import { repositoryRoot } from '../cluster/paths.ts';
import { formatRight, type Right } from './right.ts';

interface Rule {
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly verbs: readonly string[];
}

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly rules?: readonly Rule[];
  readonly roleRef?: { readonly kind: string; readonly name: string };
  readonly subjects?: readonly { readonly kind: string; readonly name: string }[];
}

/** The rights of the operator, as `config/rbac` grants them; the chart's are the same. */
export function grantedRights(): readonly Right[] {
  const file = join(repositoryRoot, 'config/rbac/operator.yaml');
  return rightsIn(loadAll(readFileSync(file, 'utf8')) as Manifest[]);
}

/** What the roles that are bound to the operator allow. */
export function rightsIn(manifests: readonly Manifest[]): readonly Right[] {
  const bound = manifests.filter(({ subjects = [] }) =>
    subjects.some(({ kind, name }) => kind === 'ServiceAccount' && name === 'conclave-operator'),
  );
  const roles = manifests.filter(({ kind, metadata }) =>
    bound.some(({ roleRef }) => roleRef?.kind === kind && roleRef.name === metadata.name),
  );
  const rules = roles.flatMap((role) => role.rules ?? []);
  return [...new Set(rules.flatMap(rightsOf))].sort();
}

const rightsOf = ({ apiGroups = [], resources = [], verbs }: Rule): readonly Right[] =>
  apiGroups.flatMap((group) =>
    resources.flatMap((resource) => verbs.map((verb) => formatRight(verb, resource, group))),
  );
