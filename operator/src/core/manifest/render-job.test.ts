import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import type { Method } from '../../api/method.ts';
import { anAttempt, type AttemptSketch, aStep } from '../../testing/an-attempt.ts';
import { aMethod } from '../../testing/planned-run.ts';
import type { Container } from './render-containers.ts';
import { renderAttemptJob } from './render-attempt-job.ts';
import { fitsOneJob } from './share-job.ts';
import { childLabels, type JobParts, renderJob } from './render-job.ts';

const program = 'def execute(inputs): return {}';
const images = { conclave: 'registry/conclave:1', runtime: 'registry/runtime:1' };
const launched = aMethod('count', { type: 'image', image: { image: 'registry/count:7', command: ['count'] } });

/** The Job of an attempt that calls a Method when one is given, and runs a program otherwise. */
function jobOf(sketch: AttemptSketch = {}, more: Partial<JobParts> = {}, method?: Method) {
  const attempt = anAttempt(sketch);
  const parts = renderAttemptJob({ ...attempt, method, program, images, artifacts: { url: 'https://server' } });
  return renderJob({ ...parts, certificateAuthorities: 'PEM', ...more });
}

const callingJob = () => jobOf({ start: { step: aStep({ type: 'function', method: 'count' }) } }, {}, launched);

const stored = { digest: `sha256:${'a'.repeat(64)}`, images, serverUrl: 'https://server' };
const storedJob = (more: Partial<JobParts> = {}) => jobOf({}, { storedTask: stored, ...more });

/** A Job of each kind that there is. */
const everyJob = [jobOf, callingJob, storedJob].map((render) => render());

interface Template {
  readonly metadata: { readonly labels: Record<string, string>; readonly annotations: Record<string, string> };
  readonly spec: Record<string, unknown> & {
    readonly initContainers?: readonly Container[];
    readonly containers: readonly Container[];
    readonly volumes: readonly Record<string, unknown>[];
  };
}

const templateOf = ({ spec }: ReturnType<typeof jobOf>) => spec['template'] as Template;

const containersOf = (job: ReturnType<typeof jobOf>) => {
  const { initContainers = [], containers } = templateOf(job).spec;
  return [...initContainers, ...containers];
};

describe('the Job of an attempt', () => {
  it('is named after the attempt and owned by its WorkItem', () => {
    const { metadata, kind, apiVersion } = jobOf();
    expect({ kind, apiVersion }).toEqual({ kind: 'Job', apiVersion: 'batch/v1' });
    expect(metadata.name).toMatch(/^build-2-[0-9a-f]{16}$/);
    expect(metadata.namespace).toBe('team');
    expect(metadata.ownerReferences).toEqual([
      {
        ...{ apiVersion: 'conclave.dev/v1alpha1', kind: 'WorkItem', name: 'order' },
        ...{ uid: '6b9b4a62-0000-4000-8000-000000000001', controller: true, blockOwnerDeletion: true },
      },
    ]);
  });

  it('says which attempt it is and what it was made from', () => {
    const specDigest = `sha256:${'5'.repeat(64)}`;
    const annotations = { 'conclave.dev/path': 'each[3].build', 'conclave.dev/spec-digest': specDigest };
    expect(jobOf().metadata.annotations).toEqual(annotations);
  });

  it('runs one Pod once: retries are the operator’s', () => {
    expect(jobOf().spec).toMatchObject({ completions: 1, parallelism: 1, backoffLimit: 0 });
    expect(templateOf(jobOf()).spec).toMatchObject({ restartPolicy: 'Never' });
  });

  it('never has two Pods at once, and none after a disruption', () => {
    const onPodConditions = [{ type: 'DisruptionTarget', status: 'True' }];
    expect(jobOf().spec).toMatchObject({
      podReplacementPolicy: 'Failed',
      podFailurePolicy: { rules: [{ action: 'FailJob', onPodConditions }] },
    });
  });

  it('ends by itself, a minute after the operator would have ended it', () => {
    expect(jobOf({ start: { timeoutSeconds: 5 } }).spec).toMatchObject({ activeDeadlineSeconds: 65 });
  });

  it('is put into a queue where the namespace has one, with its Pod left as it is', () => {
    const job = jobOf({}, { queueName: 'team-queue' });
    expect(job.metadata.labels).toMatchObject({ 'kueue.x-k8s.io/queue-name': 'team-queue' });
    expect(templateOf(job).metadata.labels).not.toHaveProperty('kueue.x-k8s.io/queue-name');
    expect(jobOf().metadata.labels).not.toHaveProperty('kueue.x-k8s.io/queue-name');
  });

  it('is the same whenever it is rendered from the same', () => {
    expect(JSON.stringify(jobOf())).toBe(JSON.stringify(jobOf()));
    expect(JSON.stringify(callingJob())).toBe(JSON.stringify(callingJob()));
  });

  it('is told of a WorkItem without a namespace and a UID with nothing made up', () => {
    const { workItem, start } = anAttempt();
    const parts = renderAttemptJob({ workItem, start, method: undefined, program, images, artifacts: { url: 'u' } });
    const bare = { ...workItem, metadata: { name: 'order' } };
    const { metadata } = renderJob({ ...parts, workItem: bare, certificateAuthorities: '' });
    expect(metadata).toMatchObject({ namespace: '', labels: { 'conclave.dev/work-item-uid': '' } });
  });
});

describe('the Job that attempts share', () => {
  const members = [0, 4].map((index) => {
    const attempt = anAttempt({
      start: { path: `each[${index}].build`, attempt: index + 1, jobName: 'build-1-shared' },
    });
    return renderAttemptJob({ ...attempt, method: undefined, program, images, artifacts: { url: 'https://server' } });
  });
  const shared = jobOf({}, { shared: { name: 'build-1-shared', members } });

  it('has the name that is recorded, and says which attempts they are, on its Pods too', () => {
    const written = JSON.stringify([
      ['each[0].build', 1, 'sha256:5555555555555555'],
      ['each[4].build', 5, 'sha256:5555555555555555'],
    ]);
    expect(shared.metadata).toMatchObject({
      name: 'build-1-shared',
      annotations: { 'conclave.dev/path': 'each[*].build', 'conclave.dev/members': written },
    });
    expect(shared.metadata.annotations).not.toHaveProperty('conclave.dev/spec-digest');
    expect(templateOf(shared).metadata.annotations).toMatchObject({ 'conclave.dev/members': written });
  });

  it('runs each once, all at the same time, and a disruption fails one index alone', () => {
    const onPodConditions = [{ type: 'DisruptionTarget', status: 'True' }];
    expect(shared.spec).toMatchObject({
      ...{ completionMode: 'Indexed', completions: 2, parallelism: 2, backoffLimitPerIndex: 0 },
      ...{ podReplacementPolicy: 'Failed', podFailurePolicy: { rules: [{ action: 'FailIndex', onPodConditions }] } },
    });
    expect(shared.spec).not.toHaveProperty('backoffLimit');
  });

  it('gives each index its own task, as the one task that its containers see', () => {
    const { annotations } = templateOf(shared).metadata;
    const paths = [0, 1].map(
      (index) => (JSON.parse(annotations[`conclave.dev/task-${index}`] ?? '') as { step: { path: string } }).step.path,
    );
    expect(paths).toEqual(['each[0].build', 'each[4].build']);
    expect(annotations).not.toHaveProperty('conclave.dev/task');
    for (const { volumeMounts } of containersOf(shared))
      expect(volumeMounts).toContainEqual({
        ...{ name: 'task', mountPath: '/conclave/task.json', readOnly: true },
        subPathExpr: '$(JOB_COMPLETION_INDEX).json',
      });
    const items = templateOf(shared).spec.volumes.flatMap(
      ({ downwardAPI }) => (downwardAPI as { items: readonly { path: string }[] } | undefined)?.items ?? [],
    );
    expect(items.map(({ path }) => path)).toEqual(['0.json', '1.json', 'ca.pem']);
  });

  it('is as restricted as any other', () => {
    const strip = (job: ReturnType<typeof jobOf>) =>
      containersOf(job).map((container) => ({ ...container, volumeMounts: undefined }));
    expect(strip(shared)).toEqual(strip(jobOf()));
  });

  it('holds tasks only up to a size', () => {
    expect(fitsOneJob({ name: 'x', members })).toBe(true);
    const large = members.map((member) => ({ ...member, task: { ...member.task, inputs: { x: 'é'.repeat(17_000) } } }));
    expect(fitsOneJob({ name: 'x', members: large })).toBe(false);
  });
});

describe('the labels of an attempt', () => {
  it('say whose it is, on the Job and on its Pod alike', () => {
    const job = jobOf({ spec: { project: 'shop' }, start: { role: 'builder' } });
    expect(job.metadata.labels).toEqual({
      'conclave.dev/work-item': 'order',
      'conclave.dev/work-item-uid': '6b9b4a62-0000-4000-8000-000000000001',
      'conclave.dev/step': expect.stringMatching(/^each-3-build-[0-9a-f]{16}$/),
      'conclave.dev/attempt': '2',
      'conclave.dev/network': 'server',
      'conclave.dev/role': 'builder',
      'conclave.dev/project': 'shop',
    });
    expect(templateOf(job).metadata.labels).toEqual(job.metadata.labels);
  });

  it('say nothing of a role or a project that there is not', () => {
    const { workItem, start } = anAttempt();
    const names = Object.keys(childLabels(workItem, start));
    expect(names).not.toContain('conclave.dev/role');
    expect(names).not.toContain('conclave.dev/project');
  });

  it('are values that Kubernetes takes, whatever things are called', () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 260 });
    const attempts = fc.record({ name: text, path: text, role: text, project: text, attempt: fc.nat(10_000) });
    const property = fc.property(attempts, ({ name, path, role, project, attempt }) => {
      const { workItem, start } = anAttempt({ metadata: { name }, spec: { project }, start: { path, role, attempt } });
      for (const value of Object.values(childLabels(workItem, start)))
        expect(value).toMatch(/^(?=.{0,63}$)(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/);
    });
    fc.assert(property, { numRuns: 300 });
  });
});

describe('the Pod of an attempt', () => {
  it('keeps the restricted Pod Security Standard', () => {
    for (const job of everyJob) {
      expect(templateOf(job).spec).toMatchObject({
        securityContext: { runAsNonRoot: true, runAsUser: 65_532, seccompProfile: { type: 'RuntimeDefault' } },
      });
      for (const container of containersOf(job))
        expect(container['securityContext'], container.name).toEqual({
          ...{ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, runAsNonRoot: true },
          capabilities: { drop: ['ALL'] },
        });
    }
  });

  it('has nothing of its node: no host namespaces, paths or ports', () => {
    const { spec } = templateOf(callingJob());
    for (const field of ['hostNetwork', 'hostPID', 'hostIPC', 'hostUsers', 'shareProcessNamespace'])
      expect(spec).not.toHaveProperty(field);
    for (const container of containersOf(callingJob())) expect(container).not.toHaveProperty('ports');
    const kinds = spec.volumes.flatMap((volume) => Object.keys(volume).filter((field) => field !== 'name'));
    expect(kinds).toEqual(['emptyDir', 'emptyDir', 'downwardAPI', 'projected']);
  });

  it('has no token of its account, but one that is good for our server alone', () => {
    const { spec } = templateOf(jobOf());
    expect(spec).toMatchObject({ automountServiceAccountToken: false, enableServiceLinks: false });
    const serviceAccountToken = { audience: 'conclave', expirationSeconds: 3600, path: 'token' };
    expect(spec.volumes).toContainEqual({ name: 'token', projected: { sources: [{ serviceAccountToken }] } });
  });

  it('limits the memory of each container, and asks for some', () => {
    for (const { name, resources } of containersOf(callingJob())) {
      const { requests, limits } = resources as { requests: object; limits: object };
      expect(Object.keys(requests), name).toEqual(['cpu', 'memory']);
      expect(Object.keys(limits), name).toContain('memory');
    }
  });

  it('mounts only volumes that it has, and writes nowhere but in its own', () => {
    for (const job of everyJob) {
      const volumes = templateOf(job).spec.volumes.map(({ name }) => name);
      for (const { volumeMounts } of containersOf(job))
        for (const { name, readOnly = false } of volumeMounts as { name: string; readOnly?: boolean }[])
          expect(readOnly ? volumes : ['shared', 'scratch']).toContain(name);
    }
  });

  it('finds its task and the authorities of the server as files', () => {
    const job = jobOf();
    const { metadata, spec } = templateOf(job);
    expect(JSON.parse(metadata.annotations['conclave.dev/task'] ?? '')).toMatchObject({
      kind: 'Task',
      work: { program },
    });
    expect(metadata.annotations).toMatchObject({ 'conclave.dev/ca': 'PEM', 'conclave.dev/path': 'each[3].build' });
    const files = [
      ['task.json', `metadata.annotations['conclave.dev/task']`],
      ['ca.pem', `metadata.annotations['conclave.dev/ca']`],
    ].map(([path, fieldPath]) => ({ path, fieldRef: { fieldPath } }));
    expect(spec.volumes).toContainEqual({ name: 'task', downwardAPI: { items: files } });
    for (const { volumeMounts } of containersOf(job)) {
      expect(volumeMounts).toContainEqual(mounted('/conclave/task.json', 'task.json'));
      expect(volumeMounts).toContainEqual(mounted('/conclave/ca.pem', 'ca.pem'));
    }
  });

  it('fetches a task that is too large for it, and no foreign code can fetch', () => {
    const { metadata, spec } = templateOf(storedJob());
    expect(metadata.annotations).not.toHaveProperty(['conclave.dev/task']);
    const files = [{ path: 'ca.pem', fieldRef: { fieldPath: `metadata.annotations['conclave.dev/ca']` } }];
    expect(spec.volumes).toContainEqual({ name: 'task', downwardAPI: { items: files } });
    const withToken = containersOf(storedJob()).filter(({ volumeMounts }) =>
      JSON.stringify(volumeMounts).includes('token'),
    );
    expect(withToken.map(({ name }) => name)).toEqual(['prepare', 'collect']);
  });

  it('fetches it also for a container that mounts nothing', () => {
    const bare = { name: 'bare', image: 'registry/bare' };
    expect(templateOf(storedJob({ initContainers: [bare] })).spec.initContainers?.[1]).toEqual({
      ...bare,
      volumeMounts: [],
    });
  });

  it('cannot fill the disk of its node', () => {
    const disks = templateOf(jobOf()).spec.volumes.flatMap(({ emptyDir }) => emptyDir ?? []);
    expect(disks).toEqual([{ sizeLimit: '2Gi' }, { sizeLimit: '2Gi' }]);
  });

  it('ends soon when it is told to', () => {
    expect(templateOf(jobOf()).spec).toMatchObject({ terminationGracePeriodSeconds: 10 });
  });

  it('runs where it is placed, with the GPUs that it claims', () => {
    const placement = { nodeSelector: { disk: 'ssd' } };
    const { spec } = templateOf(jobOf({}, { placement, resources: { resourceClaimTemplateName: 'h100' } }));
    const resourceClaims = [{ name: 'gpus', resourceClaimTemplateName: 'h100' }];
    expect(spec).toMatchObject({ ...placement, resourceClaims });
  });

  it('may have a single container', () => {
    expect(templateOf(jobOf({}, { initContainers: [] })).spec).not.toHaveProperty('initContainers');
  });
});

const mounted = (mountPath: string, subPath: string) => ({ name: 'task', mountPath, subPath, readOnly: true });
