import { randomUUID } from 'node:crypto';
import type { WorkItem } from '../src/api/work-item.ts';
import type { WorkItemStatus } from '../src/api/work-item-status.ts';
import type { KubeClient } from '../src/kube/client.ts';
import { connect } from '../src/kube/connect.ts';
import type { KubeObject } from '../src/kube/resource-type.ts';
import { aWorkItem } from './attempt-objects.ts';
import { connectAs } from './connect-as.ts';
import { aGate, gateKey } from './decision-world.ts';
import { installCrds } from './install-crds.ts';
import { installPolicies, readPolicies, removePolicies } from './install-policies.ts';
import { installRights } from './install-rights.ts';
import { namespaces, testKubeconfig } from './test-cluster.ts';
import { People } from './test-people.ts';
import { until, workItemType } from './work-items.ts';

/** A policy or a binding of config/policies, as far as mutants of it differ. */
interface PolicyObject extends KubeObject {
  readonly spec: {
    readonly validations?: readonly Validation[];
    readonly matchConditions?: readonly { readonly name: string; readonly expression: string }[];
  };
}

/** One thing that a validating policy demands. */
export interface Validation {
  readonly expression: string;
  readonly message?: string;
  readonly messageExpression?: string;
}

const manifests = readPolicies(['decisions.yaml']) as readonly PolicyObject[];

function ofKind(kind: string): PolicyObject {
  const found = manifests.filter((manifest) => manifest.kind === kind);
  if (found[0] === undefined || found.length > 1) throw new Error(`expected one ${kind}, found ${found.length}`);
  return found[0];
}

/** What the policy of decisions demands, in its order. */
export const validations = ofKind('ValidatingAdmissionPolicy').spec.validations ?? [];
/** Under which conditions the policy that fills decisions in looks at a write at all. */
export const matchConditions = ofKind('MutatingAdmissionPolicy').spec.matchConditions ?? [];

/** A namespace, and the policy that judges decisions there, as refusals name it. */
export interface Place {
  readonly namespace: string;
  readonly policy: string;
}

/** The policy of a kind and its binding, changed, under a name of their own, in force in one namespace. */
export function aMutant(kind: string, { namespace, policy: name }: Place, change: object = {}): readonly KubeObject[] {
  const [policy, binding] = [ofKind(kind), ofKind(`${kind}Binding`)];
  const matchResources = { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } } };
  const mutant = { ...policy, metadata: { name }, spec: { ...policy.spec, ...change } };
  const bound = { ...binding, metadata: { name }, spec: { ...binding.spec, policyName: name, matchResources } };
  return [mutant, bound];
}

/** A namespace with the policies as they are shipped, and one without each validation of them. */
export interface MutantWorld {
  readonly admin: KubeClient;
  /** Belong to all namespaces. */
  readonly people: People;
  readonly whole: Place;
  /** Without the validation of the same index. */
  readonly lacking: readonly Place[];
  /** A WorkItem that somebody made in a namespace, with what it asks. */
  ask(maker: KubeClient, namespace: string, status?: Partial<WorkItemStatus>): Promise<WorkItem>;
  close(): Promise<void>;
}

/** Makes the namespaces, and installs all mutants at once. */
export async function openMutantWorld(): Promise<MutantWorld> {
  const { client: admin } = await connect({ kubeconfig: testKubeconfig(), version: 'test' });
  await installCrds(admin);
  await installRights(admin);
  const operator = await connectAs(admin, { namespace: 'conclave-system', name: 'conclave-operator' });
  const suffix = randomUUID().slice(0, 8);
  const whole = { namespace: `whole-${suffix}`, policy: 'conclave-decisions' };
  const lacking = validations.map((_, index) => {
    const name = `without-${index}-${suffix}`;
    return { namespace: name, policy: `conclave-${name}` };
  });
  const places = [whole, ...lacking];
  const installed = [
    ...manifests.filter(({ kind }) => kind.startsWith('Mutating')),
    ...aMutant('ValidatingAdmissionPolicy', whole),
    ...lacking.flatMap((place, left) => {
      const others = validations.filter((_, index) => index !== left);
      return aMutant('ValidatingAdmissionPolicy', place, { validations: others });
    }),
  ];
  const people = new People(admin);
  const close = async (): Promise<void> => {
    await removePolicies(admin, installed);
    await people.close();
    await Promise.all(places.map(({ namespace }) => admin.delete(namespaces, { name: namespace })));
    await Promise.all([operator, admin].map((client) => client.close()));
  };
  await Promise.all(places.map(({ namespace }) => admin.create(namespaces, aNamespace(namespace))));
  await installPolicies(admin, installed);
  await Promise.all(places.map((place) => until(`${place.policy} holds`, () => holds(admin, place), 90_000))).catch(
    async (error: unknown) => {
      // Other tests on the cluster know nothing of them.
      await close();
      throw error;
    },
  );
  return { admin, people, whole, lacking, close, ask: asking(operator) };
}

/** A namespace of that name, to be made. */
export const aNamespace = (name: string): KubeObject => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });

function asking(operator: KubeClient): MutantWorld['ask'] {
  let count = 0;
  return async (maker, namespace, status = { gates: [aGate()] }) => {
    const item = aWorkItem({ namespace, name: `asks-${++count}` }) as WorkItem;
    const made = await maker.create(workItemType, item);
    const observedGeneration = made.metadata.generation ?? 0;
    return operator.updateStatus(workItemType, { ...made, status: { observedGeneration, ...status } });
  };
}

/** Whether decisions are judged by the policy of a place: no mutant lets both of these pass. */
async function holds(client: KubeClient, { namespace, policy }: Place): Promise<boolean> {
  const annotations = { 'conclave.dev/requested-by': 'nobody', [gateKey('review.qa')]: 'approved' };
  const item = aWorkItem({ namespace, name: 'probe', annotations }) as WorkItem;
  const refusal = await client.create(workItemType, item, { dryRun: true }).then(() => '', String);
  return refusal.includes(`ValidatingAdmissionPolicy '${policy}'`);
}
