import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { mender, podOf, shellJob } from '../../testing/shell-job.ts';

const namesOf = (all: readonly { readonly name: string }[] = []) => all.map(({ name }) => name);

describe('the Pod of an agent that runs commands', () => {
  it('is as written down', async () => {
    const text = stringify(podOf(shellJob()), { lineWidth: 0, singleQuote: true, aliasDuplicateObjects: false });
    await expect(text).toMatchFileSnapshot(new URL('golden/agent-with-shell.yaml', import.meta.url).pathname);
  });

  it('has volumes for all that it mounts, and mounts all of them', () => {
    const { initContainers = [], containers, volumes } = podOf(shellJob());
    const mounted = [...initContainers, ...containers].flatMap(({ volumeMounts }) => namesOf(volumeMounts));
    expect(new Set(mounted)).toEqual(new Set(namesOf(volumes)));
  });

  it('shares of all files with it the workspace alone, and what it cannot write', () => {
    const { initContainers = [], containers } = podOf(shellJob());
    const [shell, agent] = [initContainers[0]!, containers[0]!];
    expect(shell.name).toBe('shell');
    const ofAgent = namesOf(agent.volumeMounts);
    const shared = shell.volumeMounts.filter(({ name }) => ofAgent.includes(name));
    expect(shared.map(({ name, readOnly = false }) => [name, readOnly])).toEqual([
      ['workspace', false],
      ['shell-socket', true],
    ]);
    expect(shell.env).toBeUndefined();
  });

  it('lets its commands use what the role says, and has the rest for the agent', () => {
    const shell = { resources: { cpu: 2, memory: '4Gi' } };
    const { initContainers = [], containers } = podOf(shellJob({ shell, resources: { memory: '1Gi' } }));
    expect(initContainers[0]?.resources).toEqual({
      requests: { cpu: '2', memory: '4Gi' },
      limits: { cpu: '2', memory: '4Gi' },
    });
    expect(containers[0]?.resources).toMatchObject({ limits: { memory: '1Gi' } });
  });

  it('runs where the role says, as every Pod', () => {
    expect(podOf(shellJob({ placement: { runtimeClassName: 'gvisor' } })).runtimeClassName).toBe('gvisor');
  });

  it.each([
    ['whose role does not list it', { tools: [{ name: 'file' }] }, {}],
    ['whose step takes it away', {}, { tools: ['file'] }],
    ['whose role is not in a sandbox', { sandboxed: false }, {}],
    ['whose role gives it a server', { tools: [{ name: 'shell', mcp: { url: 'http://shell.team/mcp' } }] }, {}],
  ])('has none of this for an agent %s', (_, role, step) => {
    const job = shellJob(role, step);
    expect(podOf(job).initContainers).toBeUndefined();
    expect(JSON.stringify(podOf(job))).not.toMatch(/shell|\/workspace/);
  });

  it('begins with the server that a role gives the tool, and with nothing else', () => {
    const mcp = { image: 'shell:1' };
    const pod = podOf(shellJob({ tools: [...mender.tools.slice(0, 2), { name: 'shell', mcp }] }));
    expect(namesOf(pod.initContainers)).toEqual(['tools-1']);
  });
});
