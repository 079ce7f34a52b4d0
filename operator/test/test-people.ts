import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { load } from 'js-yaml';
import type { KubeClient } from '../src/kube/client.ts';
import { connect } from '../src/kube/connect.ts';
import { apiVersionOf, type KubeObject, type ObjectRef, type ResourceType } from '../src/kube/resource-type.ts';
import { signClientCertificate } from './test-certificates.ts';
import { testKubeconfig } from './test-cluster.ts';
import { until } from './work-items.ts';

const rbac = { group: 'rbac.authorization.k8s.io', version: 'v1' };
const ofNamespace = {
  roles: { ...rbac, kind: 'Role', plural: 'roles', namespaced: true },
  bindings: { ...rbac, kind: 'RoleBinding', plural: 'rolebindings', namespaced: true },
} satisfies Record<string, ResourceType>;
const ofCluster = {
  roles: { ...rbac, kind: 'ClusterRole', plural: 'clusterroles', namespaced: false },
  bindings: { ...rbac, kind: 'ClusterRoleBinding', plural: 'clusterrolebindings', namespaced: false },
} satisfies Record<string, ResourceType>;

/** What is asked, and what the API server says. */
interface AccessReview extends KubeObject {
  readonly spec: object;
  readonly status?: { readonly allowed: boolean };
}
const accessReviews: ResourceType<AccessReview> = {
  ...{ group: 'authorization.k8s.io', version: 'v1', namespaced: false },
  ...{ kind: 'SelfSubjectAccessReview', plural: 'selfsubjectaccessreviews' },
};

/** What somebody may do. */
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

/** People with certificates and rights: in a namespace, or in all of them when none is named. */
export class People {
  readonly #admin: KubeClient;
  readonly #namespace: string | undefined;
  readonly #clients: KubeClient[] = [];
  readonly #prefix = `somebody-${randomUUID().slice(0, 8)}`;
  /** What goes with no namespace. */
  readonly #granted: (readonly [type: ResourceType, ref: ObjectRef])[] = [];
  #count = 0;

  constructor(admin: KubeClient, namespace?: string) {
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
    const { roles, bindings } = this.#namespace === undefined ? ofCluster : ofNamespace;
    const name = `${this.#prefix}-${++this.#count}`;
    await this.#create(roles, name, { rules: rulesOf(rights) });
    const sources = [
      { kind: roles.kind, name },
      ...(rights.clusterRoles ?? []).map((role) => ({ kind: 'ClusterRole', name: role })),
    ];
    const scope = subject.kind === 'User' ? { apiGroup: rbac.group } : { namespace: this.#namespace };
    for (const [index, source] of sources.entries()) {
      const roleRef = { apiGroup: rbac.group, ...source };
      await this.#create(bindings, `${name}-${index}`, { roleRef, subjects: [{ ...scope, ...subject }] });
    }
  }

  async #create(type: ResourceType, name: string, content: object): Promise<void> {
    const ref = this.#namespace === undefined ? { name } : { namespace: this.#namespace, name };
    await this.#admin.create(type, { apiVersion: apiVersionOf(type), kind: type.kind, metadata: ref, ...content });
    if (!type.namespaced) this.#granted.push([type, ref]);
  }

  /** Whether the API server says so of the first verb, resource and name of a rule. */
  async #may(client: KubeClient, { apiGroups: [group], resources: [resource], resourceNames, verbs: [verb] }: Rule) {
    const resourceAttributes = { namespace: this.#namespace, group, resource, verb, name: resourceNames?.[0] };
    return mayDo(client, resourceAttributes);
  }

  /** Takes back what they may do in all namespaces; the rest goes with the namespace. */
  async close(): Promise<void> {
    await Promise.all(this.#granted.map(([type, ref]) => this.#admin.delete(type, ref)));
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
