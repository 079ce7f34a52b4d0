import type { Placement, Resources } from '../../api/placement.ts';
import { defined } from '../defined.ts';

/** The unprivileged user that every Pod of ours runs as; also the group that owns its volumes. */
export const podUser = 65_532;

/** What a Pod of ours may do: the restricted Pod Security Standard. */
export const podSecurityContext = {
  runAsNonRoot: true,
  runAsUser: podUser,
  runAsGroup: podUser,
  fsGroup: podUser,
  seccompProfile: { type: 'RuntimeDefault' },
} as const;

/** What each of its containers may do. */
export const containerSecurityContext = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  runAsNonRoot: true,
  capabilities: { drop: ['ALL'] },
} as const;

/** Resources of a container as Kubernetes spells them. */
export interface ContainerResources {
  readonly requests: Readonly<Record<string, string>>;
  readonly limits: Readonly<Record<string, string>>;
  readonly claims?: readonly { readonly name: string }[];
}

/** Name under which a Pod's container refers to the GPUs that a resource claim brings. */
export const gpuClaimName = 'gpus';

/** What a container that says nothing may use. */
const usual = { cpu: '50m', memory: '512Mi' } as const;

/** Requested and limited alike, so that a Pod is never the first to be evicted; GPUs whole, by their extended resource. */
export function renderResources(resources: Resources = {}): ContainerResources {
  const { cpu, memory, ephemeralStorage, gpu, gpuResourceName, resourceClaimTemplateName } = resources;
  const asked = Object.entries(defined({ cpu, memory, 'ephemeral-storage': ephemeralStorage }));
  const amounts = Object.fromEntries(asked.map(([name, quantity]) => [name, String(quantity)]));
  if (gpu !== undefined && gpu > 0 && resourceClaimTemplateName === undefined)
    amounts[gpuResourceName ?? 'nvidia.com/gpu'] = String(gpu);
  return {
    requests: { cpu: usual.cpu, memory: usual.memory, ...amounts },
    // Without a wish there is no limit on processor time: a limit only slows down what the node has to spare.
    limits: { memory: usual.memory, ...amounts },
    ...(resourceClaimTemplateName === undefined ? {} : { claims: [{ name: gpuClaimName }] }),
  };
}

/** The fields of a Pod that say where it may run. */
export function renderPlacement(placement: Placement = {}) {
  const { nodeSelector, tolerations, runtimeClassName, priorityClassName, imagePullSecrets } = placement;
  return defined({
    ...{ nodeSelector, tolerations, runtimeClassName, priorityClassName },
    imagePullSecrets: imagePullSecrets?.map((name) => ({ name })),
  });
}

/** The fields of a Pod by which claims bring its GPUs, others beside those of its main container. */
export function renderClaims({ resourceClaimTemplateName }: Resources = {}, others: readonly object[] = []) {
  const own = resourceClaimTemplateName === undefined ? [] : [{ name: gpuClaimName, resourceClaimTemplateName }];
  const resourceClaims = [...own, ...others];
  return resourceClaims.length === 0 ? {} : { resourceClaims };
}
