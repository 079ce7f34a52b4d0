import type { ShellBeside } from '../agent/pod-needs.ts';
import { sharedWorkspace, shellFolder, shellSocket } from './pod-files.ts';
import { containerSecurityContext, renderResources } from './pod-parts.ts';
import type { Container, PodImages } from './render-containers.ts';

const workspaceMount = { name: 'workspace', mountPath: sharedWorkspace };
const socketMount = { name: 'shell-socket', mountPath: shellFolder };

/**
 * What runs commands of an agent: a native sidecar without the token, the task, Secrets and the folder in which results are left.
 * It shares the workspace with the agent, and nothing else that can be written.
 */
export function shellContainer({ resources }: ShellBeside, images: PodImages): Container {
  return {
    ...{ name: 'shell', image: images.runtime, args: ['shell'], restartPolicy: 'Always' },
    resources: renderResources(resources),
    securityContext: containerSecurityContext,
    volumeMounts: [
      workspaceMount,
      // NOTE: whoever could write there could put something else into the socket's place.
      { ...socketMount, readOnly: true },
      { name: 'shell-scratch', mountPath: '/tmp' },
      // The containers of a Pod share one by default.
      { name: 'shell-memory', mountPath: '/dev/shm' },
    ],
  };
}

/** The agent's container with a shell beside it: it listens where the shell comes to, and works where that runs commands. */
export function withShell(agent: Container): Container {
  const { env = [], volumeMounts } = agent as Container & { readonly volumeMounts: readonly object[] };
  return {
    ...agent,
    env: [...env, { name: 'CONCLAVE_SHELL_SOCKET', value: shellSocket }],
    volumeMounts: [...volumeMounts, workspaceMount, socketMount],
  };
}

/** The volumes of both. Those in memory count for whoever fills them. */
export const shellVolumes: readonly object[] = [
  { name: 'workspace', emptyDir: { sizeLimit: '2Gi' } },
  { name: 'shell-socket', emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } },
  { name: 'shell-scratch', emptyDir: { sizeLimit: '2Gi' } },
  { name: 'shell-memory', emptyDir: { medium: 'Memory', sizeLimit: '64Mi' } },
];
