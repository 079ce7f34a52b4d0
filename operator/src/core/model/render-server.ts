import type { ModelSpec } from '../../api/model.ts';
import type { Resources } from '../../api/placement.ts';
import { without } from '../defined.ts';
import { containerSecurityContext, type ContainerResources, renderResources } from '../manifest/pod-parts.ts';

/** What is said alike of servers that stand alone and of those beside an agent. */
export type ServerSpec = NonNullable<ModelSpec['sidecar']>;

/** What the container of a server is made from. */
export interface ServerRequest {
  readonly spec: Pick<ModelSpec, 'modelName' | 'contextLength'>;
  readonly server: ServerSpec;
  /** Of the container; names of its volumes begin with it. */
  readonly name: string;
  readonly port: number;
  /** Where the API key comes from that it demands. */
  readonly apiKey: object;
  /** Arguments of ours beside the usual ones. */
  readonly moreArgs?: readonly string[] | undefined;
}

const cacheFolder = '/cache';
const weightsFolder = '/models';
const usualSharedMemory = '2Gi';
const usualStartupSeconds = 1800;
const probeSeconds = 5;
/** What loading weights takes of a node at least; without a wish there is no limit, which would end it while it loads. */
const usual = { cpu: '1', memory: '4Gi' } as const;

/** GPUs of one pod: those that are said, else one. */
export const gpusOf = ({ gpus, resources }: ServerSpec): number => gpus ?? resources?.gpu ?? 1;

/** The container of a vLLM server, with what tells that it has started and still lives. */
export function renderServerContainer(request: ServerRequest) {
  const { server, name, port } = request;
  const health = { httpGet: { path: '/health', port }, periodSeconds: probeSeconds, timeoutSeconds: 3 };
  const startupSeconds = server.startupSeconds ?? usualStartupSeconds;
  return {
    ...{ name, image: server.image, args: argumentsOf(request), env: environmentOf(request) },
    ports: [{ containerPort: port, protocol: 'TCP' }],
    startupProbe: { ...health, failureThreshold: Math.ceil(startupSeconds / probeSeconds) },
    livenessProbe: { ...health, periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 6 },
    resources: renderServerResources(server, name),
    securityContext: containerSecurityContext,
    volumeMounts: [
      { name: `${name}-cache`, mountPath: cacheFolder },
      { name: `${name}-tmp`, mountPath: '/tmp' },
      { name: `${name}-shm`, mountPath: '/dev/shm' },
      ...(server.volumeClaim === undefined
        ? []
        : [{ name: `${name}-weights`, mountPath: weightsFolder, readOnly: true }]),
    ],
  };
}

/** The volumes of a server's pod. Shared memory counts as memory of the container. */
export function renderServerVolumes({ volumeClaim, sharedMemory = usualSharedMemory }: ServerSpec, name: string) {
  return [
    { name: `${name}-cache`, emptyDir: {} },
    { name: `${name}-tmp`, emptyDir: {} },
    { name: `${name}-shm`, emptyDir: { medium: 'Memory', sizeLimit: String(sharedMemory) } },
    ...(volumeClaim === undefined
      ? []
      : [{ name: `${name}-weights`, persistentVolumeClaim: { claimName: volumeClaim, readOnly: true } }]),
  ];
}

/** The claims of a server's pod by which dynamic resource allocation brings its GPUs. */
export function renderServerClaims({ resources }: ServerSpec, name: string) {
  const template = resources?.resourceClaimTemplateName;
  return template === undefined ? [] : [{ name: claimName(name), resourceClaimTemplateName: template }];
}

const claimName = (name: string) => `${name}-gpus`;

/** NOTE: the user's come last: of an argument that is given twice vLLM takes the last. */
function argumentsOf({ spec, server, port, moreArgs = [] }: ServerRequest): string[] {
  const gpus = gpusOf(server);
  return [
    ...['--model', server.source, '--served-model-name', spec.modelName, '--host', '0.0.0.0', '--port', String(port)],
    ...(gpus > 1 ? ['--tensor-parallel-size', String(gpus)] : []),
    ...(server.revision === undefined ? [] : ['--revision', server.revision]),
    ...(spec.contextLength === undefined ? [] : ['--max-model-len', String(spec.contextLength)]),
    ...moreArgs,
    ...(server.args ?? []),
  ];
}

/** Whoever is not root has no home: everything that vLLM and its libraries keep goes into the cache. */
const caches: Readonly<Record<string, string>> = {
  HOME: cacheFolder,
  USER: 'vllm',
  HF_HOME: `${cacheFolder}/huggingface`,
  VLLM_CACHE_ROOT: `${cacheFolder}/vllm`,
  TRITON_CACHE_DIR: `${cacheFolder}/triton`,
  TORCHINDUCTOR_CACHE_DIR: `${cacheFolder}/torchinductor`,
  XDG_CACHE_HOME: `${cacheFolder}/xdg/cache`,
  XDG_CONFIG_HOME: `${cacheFolder}/xdg/config`,
  XDG_DATA_HOME: `${cacheFolder}/xdg/data`,
  VLLM_NO_USAGE_STATS: '1',
};

/** The user's variables count more than ours, but for the key, which agents have too. */
function environmentOf({ server, apiKey }: ServerRequest): readonly object[] {
  const { env = {}, tokenSecretRef } = server;
  const plain = without({ ...caches, ...env }, 'VLLM_API_KEY', ...(tokenSecretRef === undefined ? [] : ['HF_TOKEN']));
  return [
    ...Object.entries(plain).map(([name, value]) => ({ name, value })),
    { name: 'VLLM_API_KEY', valueFrom: apiKey },
    ...(tokenSecretRef === undefined ? [] : [{ name: 'HF_TOKEN', valueFrom: { secretKeyRef: tokenSecretRef } }]),
  ];
}

function renderServerResources(server: ServerSpec, name: string): ContainerResources {
  const { resources = {} } = server;
  const asked: Resources = { ...usual, ...resources, gpu: gpusOf(server) };
  const { requests, limits, claims } = renderResources(asked);
  const unlimited = (['cpu', 'memory'] as const).filter((field) => resources[field] === undefined);
  return {
    ...{ requests, limits: without(limits, ...unlimited) },
    ...(claims === undefined ? {} : { claims: [{ name: claimName(name) }] }),
  };
}
