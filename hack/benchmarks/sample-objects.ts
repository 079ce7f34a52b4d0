import type { KubeObject, ResourceType } from '../../operator/src/kube/resource-type.ts';

/** An object whose status is written. */
export interface SampleObject extends KubeObject {
  readonly spec?: object;
  readonly status?: object;
}

/** What is written: a type, an object of it that no controller touches, and its status at each revision. */
export interface Sample {
  readonly type: ResourceType<SampleObject>;
  readonly object: (namespace: string, name: string) => SampleObject;
  readonly status: (revision: number) => object;
}

const probes: ResourceType<SampleObject> = {
  group: 'bench.conclave.dev',
  version: 'v1',
  kind: 'Probe',
  plural: 'probes',
  namespaced: true,
};

/** The CRD of `Probe`: the API server has next to nothing to do for it. */
export const probeCrd: KubeObject & { readonly spec: object } = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'probes.bench.conclave.dev' },
  spec: {
    group: probes.group,
    scope: 'Namespaced',
    names: { kind: probes.kind, plural: probes.plural, singular: 'probe' },
    versions: [
      {
        name: probes.version,
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              status: { type: 'object', properties: { phase: { type: 'string' }, revision: { type: 'integer' } } },
            },
          },
        },
      },
    ],
  },
};

const workItems: ResourceType<SampleObject> = {
  group: 'conclave.dev',
  version: 'v1alpha1',
  kind: 'WorkItem',
  plural: 'workitems',
  namespaced: true,
};

const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;
const steps = 5;

/** About 2 KB, as a run of five steps writes it. */
function workItemStatus(revision: number): object {
  const at = new Date(Date.UTC(2026, 0, 1) + revision * 1000).toISOString();
  const step = (index: number) => ({
    path: `step-${index}`,
    phase: index < revision % steps ? 'Succeeded' : 'Running',
    startedAt: at,
    attempts: [{ number: 1, startedAt: at, jobName: `bench-step-${index}-1`, specDigest: digest }],
    inputsDigest: digest,
    outputs: { summary: 'a short text such as an agent writes at the end of its work', revision },
  });
  const condition = { type: 'Running', status: 'True', reason: 'Running', message: 'It runs', lastTransitionTime: at };
  return {
    phase: 'Running',
    progress: `${revision % steps}/${steps}`,
    conditions: [condition],
    startedAt: at,
    steps: Array.from({ length: steps }, (_, index) => step(index)),
    sequence: revision,
  };
}

/** The objects that measurements write: the least there is, and what the operator writes in earnest. */
export const samples = {
  Probe: {
    type: probes,
    object: (namespace, name) => ({
      apiVersion: 'bench.conclave.dev/v1',
      kind: 'Probe',
      metadata: { namespace, name },
    }),
    status: (revision) => ({ phase: 'Running', revision }),
  },
  WorkItem: {
    type: workItems,
    object: (namespace, name) => ({
      apiVersion: 'conclave.dev/v1alpha1',
      kind: 'WorkItem',
      metadata: { namespace, name },
      spec: { pipelineRef: { name: 'bench' }, suspend: true },
    }),
    status: workItemStatus,
  },
} as const satisfies Record<string, Sample>;
export type SampleName = keyof typeof samples;
