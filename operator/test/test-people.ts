import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { load } from 'js-yaml';
import type { KubeClient } from '../src/kube/client.ts';
import { connect } from '../src/kube/connect.ts';
import type { KubeObject, ResourceType } from '../src/kube/resource-type.ts';
import { signClientCertificate } from './test-certificates.ts';
import { testKubeconfig } from './test-cluster.ts';
import { until } from './work-items.ts';

const rbac = { group: 'rbac.authorization.k8s.io', version: 'v1', namespaced: true };
const roles: ResourceType = { ...rbac, kind: 'Role', plural: 'roles' };
const roleBindings: ResourceType = { ...rbac, kind: 'RoleBinding', plural: 'rolebindings' };

/** What is asked, and what the API server says. */
interface AccessReview extends KubeObject {
  readonly spec: object;
  readonly status?: { readonly allowed: boolean };
}
const accessReviews: ResourceType<AccessReview> = {
  ...{ group: 'authorization.k8s.io', version: 'v1', namespaced: false },
  ...{ kind: 'SelfSubjectAccessReview', plural: 'selfsubjectaccessreviews' },
};

/** What somebody may do in the namespace. */
export interface Rights {
  /** With WorkItems: what whoever decides needs, by default. */
  readonly verbs?: readonly string[];
  /** Roles to act in. */
  readonly assume?: readonly string[];
  /** Gates to decide at. */
  readonly approve?: readonly string[];
  /** Actions to take. */
  readonly perform?: readonly string[];
  /** ClusterRoles to have beside. */
  readonly clusterRoles?: readonly string[];
  readonly more?: readonly Rule[];
}

interface Subject {
  readonly kind: 'User' | 'ServiceAccount';
  readonly name: string;
  readonly namespace?: string;
}

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

const named = (verb: string, resource: string, resourceNames: readonly string[] = []): readonly Rule[] =>
  resourceNames.length === 0
    ? []
    : [{ apiGroups: ['conclave.dev'], resources: [resource], resourceNames, verbs: [verb] }];

const rulesOf = ({
  verbs = ['get', 'list', 'patch'],
  assume,
  approve,
  perform,
  more = [],
}: Rights): readonly Rule[] => [
  ...(verbs.length === 0 ? [] : [{ apiGroups: ['conclave.dev'], resources: ['workitems'], verbs }]),
  ...named('assume', 'roles', assume),
  ...named('approve', 'gates', approve),
  ...named('perform', 'actions', perform),
  ...more,
];

/** People with certificates and rights in a namespace. */
export class People {
  readonly #admin: KubeClient;
  readonly #namespace: string;
  readonly #clients: KubeClient[] = [];
  #count = 0;

  constructor(admin: KubeClient, namespace: string) {
    this.#admin = admin;
    this.#namespace = namespace;
  }

  /** A client of somebody, who has these rights already when it is there. */
  async add(user: string, rights: Rights): Promise<KubeClient> {
    const client = await connectAsUser(user);
    this.#clients.push(client);
    await this.grant({ kind: 'User', name: user }, rights);
    for (const rule of rulesOf(rights))
      await until(`${user} may ${JSON.stringify(rule)}`, () => this.#may(client, rule));
    return client;
  }

  /** Gives rights to a user, or to a service account; of the namespace, unless it says otherwise. */
  async grant(subject: Subject, rights: Rights): Promise<void> {
    const apiVersion = 'rbac.authorization.k8s.io/v1';
    const name = `somebody-${++this.#count}`;
    const metadata = { namespace: this.#namespace, name };
    await this.#admin.create(roles, { apiVersion, kind: 'Role', metadata, rules: rulesOf(rights) } as KubeObject);
    const sources = [
      { kind: 'Role', name },
      ...(rights.clusterRoles ?? []).map((role) => ({ kind: 'ClusterRole', name: role })),
    ];
    const scope = subject.kind === 'User' ? { apiGroup: 'rbac.authorization.k8s.io' } : { namespace: this.#namespace };
    for (const [index, source] of sources.entries()) {
      await this.#admin.create(roleBindings, {
        ...{ apiVersion, kind: 'RoleBinding', metadata: { ...metadata, name: `${name}-${index}` } },
        ...{ roleRef: { apiGroup: 'rbac.authorization.k8s.io', ...source }, subjects: [{ ...scope, ...subject }] },
      });
    }
  }

  /** Whether the API server says so of the first verb, resource and name of a rule. */
  async #may(client: KubeClient, { apiGroups: [group], resources: [resource], resourceNames, verbs: [verb] }: Rule) {
    const resourceAttributes = { namespace: this.#namespace, group, resource, verb, name: resourceNames?.[0] };
    return mayDo(client, resourceAttributes);
  }

  async close(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.close()));
  }
}

/** Whether the API server says that the client may do something. */
export async function mayDo(client: KubeClient, resourceAttributes: object): Promise<boolean> {
  // The API server wants no metadata here, not even a name.
  const metadata = {} as KubeObject['metadata'];
  const review = { apiVersion: 'authorization.k8s.io/v1', kind: accessReviews.kind, metadata };
  const { status } = await client.create(accessReviews, { ...review, spec: { resourceAttributes } });
  return status?.allowed ?? false;
}

/** A client that is `user`, by a certificate. */
async function connectAsUser(user: string): Promise<KubeClient> {
  const folder = mkdtempSync(join(tmpdir(), 'test-people-'));
  const kubeconfig = join(folder, 'kubeconfig');
  writePersonKubeconfig(kubeconfig, user);
  const { client } = await connect({ kubeconfig, version: 'test' });
  rmSync(folder, { recursive: true });
  return client;
}

/** Writes a kubeconfig whose bearer is `user`, by a certificate. */
export function writePersonKubeconfig(file: string, user: string): void {
  const { certificate, key } = signClientCertificate(user);
  const { clusters } = load(readFileSync(testKubeconfig(), 'utf8')) as { clusters: readonly { name: string }[] };
  const encoded = (text: string): string => Buffer.from(text).toString('base64');
  const users = [
    { name: 'somebody', user: { 'client-certificate-data': encoded(certificate), 'client-key-data': encoded(key) } },
  ];
  const contexts = [{ name: 'only', context: { cluster: clusters[0]?.name, user: 'somebody' } }];
  const config = { apiVersion: 'v1', kind: 'Config', clusters, users, contexts, 'current-context': 'only' };
  writeFileSync(file, JSON.stringify(config), { mode: 0o600 });
}
