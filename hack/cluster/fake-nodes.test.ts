import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { fakeNode, fakeNodesNamespace, stagesFile } from './fake-nodes.ts';

interface Stage {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: { readonly resourceRef: { readonly kind: string } };
}

describe('fakeNode', () => {
  it('has GPUs, and keeps pods away that do not ask for it', () => {
    expect(fakeNode(3)).toMatchObject({
      metadata: { name: 'gpu-3', annotations: { 'kwok.x-k8s.io/node': 'fake' } },
      spec: { taints: [{ effect: 'NoSchedule' }] },
      status: { allocatable: { 'nvidia.com/gpu': '64' } },
    });
  });
});

describe('the namespace for fake nodes', () => {
  it('selects fake nodes and tolerates their taint', () => {
    const { annotations } = (fakeNodesNamespace() as { metadata: { annotations: Record<string, string> } }).metadata;
    const { labels } = fakeNode(1).metadata as { labels: Record<string, string> };
    const [key = '', value] = annotations['scheduler.alpha.kubernetes.io/node-selector']!.split('=');
    expect(labels[key]).toBe(value);
    const [toleration] = JSON.parse(annotations['scheduler.alpha.kubernetes.io/defaultTolerations']!) as unknown[];
    const { taints } = fakeNode(1).spec as { taints: unknown[] };
    expect(toleration).toMatchObject(taints[0] as object);
  });
});

describe('the stages', () => {
  const stages = parseAllDocuments(readFileSync(stagesFile, 'utf8')).map((it) => it.toJS() as Stage);

  it('are stages of pods and nodes, each with a name of its own', () => {
    expect(stages.every(({ kind }) => kind === 'Stage')).toBe(true);
    expect(new Set(stages.map(({ metadata }) => metadata.name)).size).toBe(stages.length);
    expect(new Set(stages.map(({ spec }) => spec.resourceRef.kind))).toEqual(new Set(['Pod', 'Node']));
  });
});
