import type { Method } from '../../api/method.ts';
import type { Resources } from '../../api/placement.ts';
import type { ReferredVariable, ToolServer } from '../agent/pod-needs.ts';
import { defined } from '../defined.ts';
import { certificateAuthoritiesFile, sharedFolder, taskFile, tokenFolder } from './pod-files.ts';
import { containerSecurityContext, renderResources } from './pod-parts.ts';

/** Images of ours that Pods run. */
export interface PodImages {
  /** The operator's own: it collects results, and runs agents. */
  readonly conclave: string;
  /** Python and JavaScript in a sandbox, and what starts other images. */
  readonly runtime: string;
}

/** A container, as far as we say anything about it. */
export interface Container {
  readonly name: string;
  readonly image: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: readonly object[];
  readonly [field: string]: unknown;
}

/** Names of the containers whose end says how an attempt ended. */
export const containerNames = {
  prepare: 'prepare',
  launcher: 'launcher',
  code: 'code',
  method: 'method',
  collect: 'collect',
  agent: 'agent',
} as const;

/** Files that every container sees; a file of a downward API volume is mounted by itself. */
const sharedMounts = [
  { name: 'shared', mountPath: sharedFolder },
  { name: 'task', mountPath: taskFile, subPath: 'task.json', readOnly: true },
  { name: 'task', mountPath: certificateAuthoritiesFile, subPath: 'ca.pem', readOnly: true },
  { name: 'scratch', mountPath: '/tmp' },
];
const tokenMount = { name: 'token', mountPath: tokenFolder, readOnly: true };

const small: Resources = { cpu: '50m', memory: '256Mi' };

/** A container without the token: foreign code runs in it. */
function foreign(container: Container, resources: Resources | undefined): Container {
  return {
    ...container,
    resources: renderResources(resources),
    securityContext: containerSecurityContext,
    volumeMounts: sharedMounts,
  };
}

/** Runs a user's program in the sandbox, as the runtime image begins by itself. */
export function codeContainer(images: PodImages, resources: Resources | undefined): Container {
  return foreign({ name: containerNames.code, image: images.runtime }, resources);
}

/** Brings what starts a Method's command and keeps what it prints. */
export function launcherContainer(images: PodImages): Container {
  return foreign({ name: containerNames.launcher, image: images.runtime, args: ['copy'] }, small);
}

type Image = NonNullable<Extract<Method['spec'], { type: 'image' }>['image']>;

/** Runs a Method's image: by our launcher when its command is known, else as the image itself begins. */
export function methodContainer(image: Image, resources: Resources | undefined): Container {
  const { command, args, env = {}, secretEnv = [] } = image;
  const variables = [
    ...Object.entries(env).map(([name, value]) => ({ name, value })),
    ...secretEnv.map(({ name, secretKeyRef }) => ({ name, valueFrom: { secretKeyRef } })),
  ];
  return foreign(
    {
      name: containerNames.method,
      image: image.image,
      ...(command === undefined ? {} : { command: [...launch, ...command] }),
      ...(args === undefined ? {} : { args }),
      ...(variables.length === 0 ? {} : { env: variables }),
      terminationMessagePolicy: 'FallbackToLogsOnError',
    },
    resources ?? image.resources,
  );
}

const launch = [`${sharedFolder}/bin/busybox`, 'sh', `${sharedFolder}/bin/launch.sh`];

/** Does the work of an agent, with the token: it stores its results itself. Secrets come as variables, by reference. */
export function agentContainer(
  images: PodImages,
  resources: Resources | undefined,
  variables: readonly ReferredVariable[],
): Container {
  const name = containerNames.agent;
  const command = ['node', '/app/dist/cmd/agent.js', 'run'];
  const agent = foreign({ name, image: images.conclave, command, ...env(variables) }, resources);
  return { ...agent, volumeMounts: [...sharedMounts, tokenMount] };
}

/** An MCP server beside what calls it: a native sidecar, ready before the agent begins, without the token and the task. */
export function toolServerContainer({
  name,
  image,
  port,
  command,
  env: plain = {},
  secretEnv = [],
}: ToolServer): Container {
  const variables = [
    ...Object.entries(plain).map(([variable, value]) => ({ name: variable, value })),
    ...secretEnv.map((each) => ({ name: each.name, valueFrom: { secretKeyRef: each.secretKeyRef } })),
  ];
  const server = foreign({ name, image, ...defined({ command }), ...env(variables) }, undefined);
  return {
    ...server,
    restartPolicy: 'Always',
    startupProbe: { tcpSocket: { port }, periodSeconds: 1, failureThreshold: 120 },
    volumeMounts: sharedMounts.filter(({ mountPath }) => mountPath === sharedFolder || mountPath === '/tmp'),
  };
}

const env = (variables: readonly object[]) => (variables.length === 0 ? {} : { env: variables });

/** Checks and uploads what a container without a token has left. */
export function collectContainer(images: PodImages): Container {
  const collect = foreign(
    {
      name: containerNames.collect,
      image: images.conclave,
      command: ['node', '/app/dist/cmd/agent.js', 'collect'],
    },
    small,
  );
  return { ...collect, volumeMounts: [...sharedMounts, tokenMount] };
}
