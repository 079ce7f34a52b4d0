/** The admission policies on the real API server, against real accounts: each forgery is refused, each honest way works. */
import { afterAll, beforeAll, beforeEach, describe, expect, it, test, vi } from 'vitest';
import { annotationNames, indexedTaskName, indexLabel, labelNames, mostMembers } from '../src/core/manifest/labels.ts';
import type { KubeClient } from '../src/kube/client.ts';
import type { KubeObject } from '../src/kube/resource-type.ts';
import {
  aJob,
  attemptLabels,
  aWorkItem,
  jobs,
  pipelines,
  type Pod,
  pods,
  podSpec,
  workItems,
} from './attempt-objects.ts';
import { expectRefusal } from './expect-refusal.ts';
import { installCrds } from './install-crds.ts';
import { installPolicies, policies, readPolicies, removePolicies } from './install-policies.ts';
import { installRights } from './install-rights.ts';
import { createTestNamespace, exists, namespaces, type TestNamespace } from './test-cluster.ts';
import { aTokenRequest, connectAs, createTenant, tokens } from './test-users.ts';

const soon = { timeout: 90_000, interval: 100 };
let place: TestNamespace;
let admin: KubeClient;
let namespace: string;
/** Has the role `edit`, and everything in conclave.dev. */
let tenant: KubeClient;
let operator: KubeClient;
/** Besides `edit`, may do what a queue does. */
let queue: KubeClient;
/** A WorkItem under way: the operator made its Job, the Job controller its Pod. */
let workItem: KubeObject;
let job: KubeObject;
let pod: Pod;

beforeAll(async () => {
  place = await createTestNamespace('policies');
  ({ client: admin, namespace } = place);
  await installCrds(admin);
  await installRights(admin);
  const everything = {
    apiGroups: ['conclave.dev'],
    resources: ['*'],
    verbs: ['get', 'list', 'create', 'update', 'patch'],
  };
  tenant = await createTenant(admin, { namespace, name: 'tenant' }, [everything]);
  const scheduling = { apiGroups: ['conclave.dev'], resources: ['attempts'], verbs: ['schedule'] };
  queue = await createTenant(admin, { namespace, name: 'queue' }, [scheduling]);
  operator = await connectAs(admin, { namespace: 'conclave-system', name: 'conclave-operator' });
  await installPolicies(admin);
  await vi.waitFor(expectPoliciesToHold, soon);
});
afterAll(async () => {
  await removePolicies(admin);
  await Promise.all([tenant, operator, queue].map((client) => client.close()));
  await place.remove();
});

let count = 0;
const newName = (): string => `w-${String(++count)}`;

beforeEach(async () => {
  workItem = await tenant.create(workItems, aWorkItem({ namespace, name: newName() }));
  job = await operator.create(jobs, aJob(workItem));
  pod = await podOf(job);
});

/** The Pod that the Job controller makes. */
function podOf({ metadata }: KubeObject): Promise<Pod> {
  const selection = {
    namespace: metadata.namespace ?? '',
    labelSelector: `batch.kubernetes.io/job-name=${metadata.name}`,
  };
  return vi.waitFor(async () => {
    const [first] = (await admin.listPage(pods, selection)).items;
    if (first === undefined) throw new Error('no Pod yet');
    return first;
  }, soon);
}

async function expectPoliciesToHold(): Promise<void> {
  const name = newName();
  const uid = '00000000-0000-0000-0000-000000000000';
  const item = { ...aWorkItem({ namespace, name, uid }) };
  await expectRefusal(tenant.create(pods, aPod({ labels: attemptLabels(item) }), { dryRun: true }), 'pods');
  await expectRefusal(tenant.create(jobs, aJob(item), { dryRun: true }), 'jobs');
  const token = aTokenRequest({ namespace, name: 'default' }, { audiences: ['conclave'] });
  await expectRefusal(tenant.create(tokens, token, { subresource: 'token' }), 'tokens');
  const stored = await tenant.create(workItems, aWorkItem({ namespace, name }));
  await expectRefusal(tenant.updateStatus(workItems, stored), 'status');
  const json = [{ op: 'replace', path: '/spec/pipelineSpec/steps/0/name', value: 'changed' }];
  await expectRefusal(tenant.patch(workItems, stored.metadata, { json }), 'work-items');
}

function aPod(metadata: Partial<KubeObject['metadata']>, name = newName()): Pod {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { namespace, name, ...metadata }, spec: podSpec('nobody') } as Pod;
}

test.each(readPolicies().filter(({ kind }) => kind === policies.kind))(
  'the API server finds no fault with the expressions of $metadata.name',
  async ({ metadata }) => {
    const { status } = await vi.waitFor(async () => {
      const policy = await admin.get(policies, metadata);
      expect(policy.status?.observedGeneration).toBe(policy.metadata.generation);
      return policy;
    }, soon);
    expect(status?.typeChecking?.expressionWarnings ?? []).toEqual([]);
  },
);

describe('a tenant with the role edit cannot make a Pod', () => {
  const ownerOf = ({ apiVersion, kind, metadata }: KubeObject) => [
    { apiVersion, kind, name: metadata.name, uid: metadata.uid ?? '', controller: true },
  ];
  const controllerUid = () => ({ 'batch.kubernetes.io/controller-uid': job.metadata.uid ?? '' });
  const forgeries: Readonly<Record<string, () => Partial<KubeObject['metadata']>>> = {
    'with the labels of an attempt': () => ({ labels: attemptLabels(workItem) }),
    "with one of an attempt's labels": () => ({
      labels: { 'conclave.dev/work-item-uid': workItem.metadata.uid ?? '' },
    }),
    'that the Job controls': () => ({ ownerReferences: ownerOf(job) }),
    'that the Job controls, with all labels of the real one': () => ({
      labels: pod.metadata.labels ?? {},
      ownerReferences: ownerOf(job),
    }),
    'that the WorkItem controls': () => ({ ownerReferences: ownerOf(workItem) }),
    'that the Job controller would adopt': () => ({ labels: controllerUid() }),
    'that something else controls, with the label by which the Job controller adopts': () => ({
      labels: controllerUid(),
      ownerReferences: ownerOf({ ...job, apiVersion: 'example.com/v1', kind: 'Work' }),
    }),
  };

  it.each(Object.keys(forgeries))('%s', async (name) => {
    await expectRefusal(tenant.create(pods, aPod(forgeries[name]?.() ?? {})), 'pods');
  });
});

/** Tasks of the first and of the last index that there can be. */
const indexedTasks = [0, mostMembers - 1].map(indexedTaskName);

describe("a tenant with the role edit cannot change an attempt's Pod", () => {
  const changes: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>> = {
    'by moving it to another WorkItem': [
      { op: 'replace', path: '/metadata/labels/conclave.dev~1work-item-uid', value: 'other' },
    ],
    'by hiding it from the operator': [{ op: 'remove', path: '/metadata/labels/conclave.dev~1attempt' }],
    'by taking it from its Job': [{ op: 'remove', path: '/metadata/labels/batch.kubernetes.io~1controller-uid' }],
    'by removing its task': [{ op: 'remove', path: '/metadata/annotations/conclave.dev~1task' }],
    'by removing its owner': [{ op: 'remove', path: '/metadata/ownerReferences' }],
    'by exchanging its image': [{ op: 'replace', path: '/spec/containers/0/image', value: 'evil' }],
  };

  it.each(Object.entries(changes))('%s', async (_, json) => {
    await expectRefusal(tenant.patch(pods, pod.metadata, { json }), 'pods');
  });

  it.each([...Object.values(labelNames), indexLabel])('by the label %s', async (name) => {
    await expectRefusal(
      tenant.patch(pods, pod.metadata, { merge: { metadata: { labels: { [name]: 'other' } } } }),
      'pods',
    );
  });

  it.each([...Object.values(annotationNames), ...indexedTasks])('by the annotation %s', async (name) => {
    const merge = { metadata: { annotations: { [name]: 'other' } } };
    await expectRefusal(tenant.patch(pods, pod.metadata, { merge }), 'pods');
  });

  it('by making an ordinary Pod into one', async () => {
    const own = await tenant.create(pods, aPod({ labels: { app: 'web' } }));
    const merge = { metadata: { labels: attemptLabels(workItem) } };
    await expectRefusal(tenant.patch(pods, own.metadata, { merge }), 'pods');
  });

  it('nor can anybody by way of its status', async () => {
    const merge = { metadata: { labels: { 'conclave.dev/work-item-uid': 'other' } } };
    await expectRefusal(admin.patch(pods, pod.metadata, { merge }, { subresource: 'status' }), 'pods');
  });
});

describe('a tenant with the role edit cannot', () => {
  it('make a Job of an attempt', async () => {
    await expectRefusal(
      tenant.create(jobs, aJob({ ...workItem, metadata: { ...workItem.metadata, uid: 'x' } })),
      'jobs',
    );
  });

  it('make an ordinary Job whose Pods look like those of an attempt', async () => {
    const metadata = { namespace, name: newName() };
    await expectRefusal(tenant.create(jobs, { ...aJob(workItem), metadata }), 'jobs');
  });

  it.each([...Object.values(labelNames), ...Object.values(annotationNames), ...indexedTasks])(
    "change %s of an attempt's Job",
    async (name) => {
      const part = Object.values<string>(labelNames).includes(name) ? 'labels' : 'annotations';
      const merge = { metadata: { [part]: { [name]: 'other' } } };
      await expectRefusal(tenant.patch(jobs, job.metadata, { merge }), 'jobs');
    },
  );

  it.each([
    ['raise its retries', { spec: { backoffLimit: 5 } }],
    ['suspend it', { spec: { suspend: true } }],
    ['let it be cleaned up before its result is read', { spec: { ttlSecondsAfterFinished: 0 } }],
    ['take it from its WorkItem', { metadata: { ownerReferences: null } }],
  ])("change an attempt's Job: %s", async (_, merge) => {
    await expectRefusal(tenant.patch(jobs, job.metadata, { merge }), 'jobs');
  });

  it('exchange the pipeline of a WorkItem', async () => {
    const json = [{ op: 'replace', path: '/spec/pipelineSpec/steps/0/code/content', value: 'evil' }];
    await expectRefusal(tenant.patch(workItems, workItem.metadata, { json }), 'work-items');
  });

  it.each(['Succeeded', 'Failed'])('say that its WorkItem has %s', async (phase) => {
    const merge = { status: { phase } };
    await expectRefusal(tenant.patch(workItems, workItem.metadata, { merge }, { subresource: 'status' }), 'status');
  });

  it("make a token that speaks for an attempt's Pod", async () => {
    const boundObjectRef = { kind: 'Pod', name: pod.metadata.name, uid: pod.metadata.uid ?? '' };
    const request = aTokenRequest({ namespace, name: 'default' }, { audiences: ['other', 'conclave'], boundObjectRef });
    await expectRefusal(tenant.create(tokens, request, { subresource: 'token' }), 'tokens');
  });
});

describe('not even an administrator', () => {
  it('says by mistake how a Job of an attempt stands', async () => {
    const merge = { status: { conditions: [{ type: 'Mine', status: 'True' }] } };
    await expectRefusal(admin.patch(jobs, job.metadata, { merge }, { subresource: 'status' }), 'jobs');
  });

  it('writes the status of a pipeline by mistake', async () => {
    const { spec } = workItem as unknown as { spec: { pipelineSpec: object } };
    const metadata = { namespace, name: newName() };
    const manifest = { apiVersion: workItem.apiVersion, kind: 'Pipeline', metadata, spec: spec.pipelineSpec };
    const pipeline = await tenant.create(pipelines, manifest);
    await expectRefusal(admin.updateStatus(pipelines, pipeline), 'status');
    await operator.updateStatus(pipelines, pipeline);
  });
});

describe('a queue that may schedule attempts', () => {
  it('suspends the Job of an attempt and lets it go on', async () => {
    await queue.patch(jobs, job.metadata, { merge: { spec: { suspend: true } } });
    await queue.patch(jobs, job.metadata, { merge: { spec: { suspend: false } } });
  });

  it('cannot give it another task before it starts', async () => {
    const item = await tenant.create(workItems, aWorkItem({ namespace, name: newName() }));
    const manifest = aJob(item) as KubeObject & { readonly spec: object };
    const held = await operator.create(jobs, { ...manifest, spec: { ...manifest.spec, suspend: true } } as KubeObject);
    const placed = { spec: { template: { spec: { nodeSelector: { pool: 'a' } } } } };
    await queue.patch(jobs, held.metadata, { merge: placed });
    const merge = { spec: { template: { metadata: { annotations: { 'conclave.dev/task': 'other' } } } } };
    await expectRefusal(queue.patch(jobs, held.metadata, { merge }), 'jobs');
  });
});

describe('in honest ways', () => {
  it('a tenant makes Pods and Jobs of its own, and changes them', async () => {
    const labels = { app: 'web', 'conclave.dev/project': 'shop' };
    const own = await tenant.create(pods, aPod({ labels }));
    await tenant.patch(pods, own.metadata, { merge: { metadata: { labels: { 'conclave.dev/project': 'other' } } } });
    const template = { metadata: { labels: { app: 'batch' } }, spec: podSpec('nobody') };
    const metadata = { namespace, name: newName() };
    const ownJob = await tenant.create(jobs, {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata,
      spec: { template },
    } as KubeObject);
    await tenant.patch(jobs, ownJob.metadata, { merge: { spec: { suspend: true } } });
  });

  it("a tenant annotates an attempt's Pod and deletes it", async () => {
    await tenant.patch(pods, pod.metadata, { merge: { metadata: { annotations: { 'example.com/seen': 'yes' } } } });
    await tenant.delete(pods, pod.metadata);
    await vi.waitFor(async () => expect(await uidOfPod()).not.toBe(pod.metadata.uid), soon);
  });

  it('a tenant changes the priority of a WorkItem, and makes tokens for others', async () => {
    await tenant.patch(workItems, workItem.metadata, { merge: { spec: { priority: 'high' } } });
    await tenant.create(tokens, aTokenRequest({ namespace, name: 'default' }), { subresource: 'token' });
  });

  it('the operator writes the status of a WorkItem and deletes its Jobs', async () => {
    await operator.updateStatus(workItems, { ...workItem, status: { phase: 'Running' } } as KubeObject);
    await operator.deleteCollection(jobs, {
      namespace,
      labelSelector: `conclave.dev/work-item=${workItem.metadata.name}`,
    });
    await vi.waitFor(async () => expect(await exists(admin, pods, pod.metadata)).toBe(false), soon);
  });

  it('a kubelet mounts the token and reports, with thousands of annotations on the Pod', async () => {
    const item = await tenant.create(workItems, aWorkItem({ namespace, name: newName() }));
    const { metadata } = await podOf(await operator.create(jobs, aJob(item, podSpec())));
    await tenant.patch(pods, metadata, { merge: { metadata: { annotations: manyAnnotations() } } });
    await vi.waitFor(async () => {
      const { status } = await admin.get(pods, metadata);
      expect(status?.containerStatuses?.[0]?.state?.waiting?.reason).toBe('ErrImageNeverPull');
    }, soon);
  });

  it('the Job controller completes a Job, with thousands of annotations on the Pod', async () => {
    await tenant.patch(pods, pod.metadata, { merge: { metadata: { annotations: manyAnnotations() } } });
    const merge = { status: { phase: 'Succeeded' } };
    await admin.patch(pods, pod.metadata, { merge }, { subresource: 'status' });
    await vi.waitFor(async () => expect((await admin.get(jobs, job.metadata)).status?.succeeded).toBe(1), soon);
  });

  it.each(['Foreground', 'Background'] as const)(
    'deleting a WorkItem takes its Job and Pod along: %s',
    async (policy) => {
      await admin.delete(workItems, workItem.metadata, { propagationPolicy: policy });
      await vi.waitFor(async () => {
        const left = [exists(admin, workItems, workItem.metadata), exists(admin, jobs, job.metadata)];
        expect(await Promise.all([...left, exists(admin, pods, pod.metadata)])).toEqual([false, false, false]);
      }, soon);
    },
  );

  it('deleting a Job can leave its Pod alone', async () => {
    await admin.delete(jobs, job.metadata, { propagationPolicy: 'Orphan' });
    await vi.waitFor(
      async () => expect((await admin.get(pods, pod.metadata)).metadata.ownerReferences).toBeUndefined(),
      soon,
    );
  });

  it('deleting a namespace with attempts under way ends', async () => {
    const other = await createTestNamespace('policies-gone');
    const item = await admin.create(workItems, aWorkItem({ namespace: other.namespace, name: 'w' }));
    await podOf(await operator.create(jobs, aJob(item)));
    await other.remove();
    await vi.waitFor(async () => expect(await exists(admin, namespaces, { name: other.namespace })).toBe(false), soon);
  });

  async function uidOfPod(): Promise<string | undefined> {
    const { items } = await admin.listPage(pods, { namespace, fieldSelector: `metadata.name=${pod.metadata.name}` });
    return items[0]?.metadata.uid;
  }
});

/** So many that a policy which walked through them would hold the cluster up. */
function manyAnnotations(): Record<string, string> {
  return Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`a${index.toString(36)}`, '']));
}
