import type { KubeObject, ResourceType } from '../../operator/src/kube/resource-type.ts';

/** A WorkItem as far as the measurements know it. */
export interface SampleWorkItem extends KubeObject {
  readonly spec: object;
  readonly status?: object;
}

export const workItems: ResourceType<SampleWorkItem> = {
  group: 'conclave.dev',
  version: 'v1alpha1',
  kind: 'WorkItem',
  plural: 'workitems',
  namespaced: true,
};

const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;
const steps = 5;

/** A WorkItem that no controller touches: it is suspended. */
export function sampleWorkItem(namespace: string, name: string): SampleWorkItem {
  const spec = { pipelineRef: { name: 'bench' }, suspend: true };
  return { apiVersion: 'conclave.dev/v1alpha1', kind: 'WorkItem', metadata: { namespace, name }, spec };
}

/** A status of about 2 KB as a run of five steps writes it, different at each `revision`. */
export function sampleStatus(revision: number): object {
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
