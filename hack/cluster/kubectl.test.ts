import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { writeInstanceState } from './instance-state.ts';
import { kubectlFor } from './kubectl.ts';
import { instancePaths } from './paths.ts';

const home = mkdtempSync(join(tmpdir(), 'conclave-kubectl-'));
const silent = (): void => undefined;

beforeAll(() => {
  vi.stubEnv('CONCLAVE_HOME', home);
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(home, { recursive: true });
});

describe('kubectlFor', () => {
  it('runs the Kubernetes binary of an embedded instance with its kubeconfig', async () => {
    const binaries = { kube: 'abc' };
    writeInstanceState(instancePaths('ours'), { kind: 'embedded', slot: 0, binaries, fakeNodes: 0 });
    expect(await kubectlFor('ours', silent)).toEqual({
      file: join(home, 'bin/abc/kube'),
      args: ['kube', 'kubectl'],
      environment: { KUBECONFIG: join(home, 'clusters/ours/admin.kubeconfig') },
    });
  });

  it('names the context of an existing cluster, in the kubeconfig that it was found in', async () => {
    vi.stubEnv('PATH', '/nowhere');
    writeInstanceState(instancePaths('theirs'), { kind: 'context', context: 'prod', kubeconfig: '/k' });
    // Without a kubectl on the machine our own is built, which needs Go: there is none in this PATH either.
    await expect(kubectlFor('theirs', silent)).rejects.toThrow('Go 1.26 or newer is missing');
  });

  it('says how to start what is not there', async () => {
    await expect(kubectlFor('absent', silent)).rejects.toMatchObject({ hint: 'start it: hack/up --instance absent' });
  });
});
