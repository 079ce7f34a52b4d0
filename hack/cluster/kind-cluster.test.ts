import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { createArguments, kindName } from './kind-cluster.ts';

const paths = { name: 'demo', adminKubeconfig: '/state/demo/admin.kubeconfig' };

describe('createArguments', () => {
  it('names the cluster after the instance and keeps its kubeconfig apart from the user’s own', () => {
    const args = createArguments(paths);
    expect(args.slice(0, 4)).toEqual(['create', 'cluster', '--name', 'conclave-demo']);
    expect(args[args.indexOf('--kubeconfig') + 1]).toBe('/state/demo/admin.kubeconfig');
  });

  it('uses a configuration that kind can read', () => {
    const args = createArguments(paths);
    const config = parse(readFileSync(args[args.indexOf('--config') + 1]!, 'utf8')) as Record<string, unknown>;
    expect(config).toMatchObject({ kind: 'Cluster', apiVersion: 'kind.x-k8s.io/v1alpha4' });
    const [node] = config.nodes as { role: string; image: string; kubeadmConfigPatches: string[] }[];
    expect(node?.role).toBe('control-plane');
    expect(node?.image).toMatch(/^kindest\/node:v1\.\d+\.\d+@sha256:[0-9a-f]{64}$/);
    for (const patch of node!.kubeadmConfigPatches) expect(parse(patch)).toHaveProperty('kind', 'KubeletConfiguration');
  });
});

describe('kindName', () => {
  it('stays within the 50 characters that kind advises', () => {
    expect(kindName('x'.repeat(30)).length).toBeLessThanOrEqual(50);
  });
});
