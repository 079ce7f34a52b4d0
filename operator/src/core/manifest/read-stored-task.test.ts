import { describe, expect, it } from 'vitest';
import type { RunnerTask } from '../../api/runner-task.ts';
import { isTooLarge, largestTaskBytes, readStoredTask } from './read-stored-task.ts';
import { codeContainer, collectContainer } from './render-containers.ts';

const images = { conclave: 'conclave:1', runtime: 'runtime:1' };
const stored = { digest: `sha256:${'a'.repeat(64)}`, images, serverUrl: 'https://server:8443' };
const containers = { initContainers: [codeContainer(images, undefined)], container: collectContainer(images) };
const taskOf = (text: string) => ({ inputs: { text } }) as unknown as RunnerTask;
const overhead = JSON.stringify(taskOf('')).length;

describe('isTooLarge', () => {
  it('counts bytes, not characters', () => {
    expect(isTooLarge(taskOf('a'.repeat(largestTaskBytes - overhead)))).toBe(false);
    expect(isTooLarge(taskOf('a'.repeat(largestTaskBytes - overhead + 1)))).toBe(true);
    expect(isTooLarge(taskOf('ä'.repeat(largestTaskBytes / 2)))).toBe(true);
  });
});

describe('readStoredTask', () => {
  const { initContainers, container } = readStoredTask(containers, stored);
  const mountsOf = ({ volumeMounts }: { readonly [field: string]: unknown }) =>
    (volumeMounts as { mountPath: string }[]).map(({ mountPath }) => mountPath);

  it('fetches the task before anything else runs, with the token', () => {
    expect(initContainers.map(({ name }) => name)).toEqual(['prepare', 'code']);
    expect(initContainers[0]).toMatchObject({ image: 'conclave:1', command: expect.arrayContaining(['prepare']) });
    expect(mountsOf(initContainers[0]!)).toContain('/var/run/secrets/conclave');
  });

  it('mounts no task file anywhere: the folder that all share holds it', () => {
    for (const each of [...initContainers, container]) expect(mountsOf(each)).not.toContain('/conclave/task.json');
  });

  it('tells what collects the result which task it was, and foreign code nothing', () => {
    const digest = { name: 'CONCLAVE_TASK_DIGEST', value: stored.digest };
    expect(container.env).toContainEqual(digest);
    expect(initContainers[0]!.env).toContainEqual({ name: 'CONCLAVE_ARTIFACTS_URL', value: 'https://server:8443' });
    expect(initContainers[1]!.env).toBeUndefined();
    expect(mountsOf(initContainers[1]!)).not.toContain('/var/run/secrets/conclave');
  });
});
