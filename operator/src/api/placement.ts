import { z } from 'zod';
import { count, objectName, quantity, text, textMap, textSet } from './fields.ts';

/** What a step's or a model's main container may use; requested and limited alike. */
export const resources = z
  .strictObject({
    cpu: quantity('Processor time, in cores.').optional(),
    memory: quantity('Memory.').optional(),
    ephemeralStorage: quantity('Local disk.').optional(),
    gpu: count('Whole GPUs, as `nvidia.com/gpu` unless `gpuResourceName` says otherwise.', { max: 64 }).optional(),
    gpuResourceName: text('Extended resource that counts the GPUs, `nvidia.com/gpu` by default.').optional(),
    resourceClaimTemplateName: objectName(
      'ResourceClaimTemplate that brings the GPUs instead (dynamic resource allocation).',
    ).optional(),
  })
  .meta({ description: 'What the main container may use: requested and limited alike.' });
export type Resources = z.output<typeof resources>;

/** What commands of an agent may use. */
export const commandResources = resources.pick({ cpu: true, memory: true, ephemeralStorage: true }).meta({
  description:
    'What all commands together may use: 512Mi of memory by default, and processor time that the node has to spare.',
});

const toleration = z
  .strictObject({
    key: text('Taint key; empty tolerates every key.', 316).optional(),
    operator: z.enum(['Exists', 'Equal']).optional().meta({ description: '`Equal` by default.' }),
    value: z.string().max(63).optional().meta({ description: 'Taint value, for `Equal`.' }),
    effect: z
      .enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute'])
      .optional()
      .meta({ description: 'Effect tolerated; all when it is left out.' }),
    tolerationSeconds: count('How long `NoExecute` is tolerated, in seconds.', { max: 31_536_000 }).optional(),
  })
  .meta({ description: 'One toleration, as in a Pod.' });

/** Where pods may run. */
export const placement = z
  .strictObject({
    nodeSelector: textMap('Labels that the node must have.', 32).optional(),
    tolerations: z.array(toleration).max(32).optional().meta({ description: 'Taints that the pod tolerates.' }),
    runtimeClassName: objectName('RuntimeClass, such as a sandbox.').optional(),
    priorityClassName: objectName('PriorityClass of the pod.').optional(),
    imagePullSecrets: textSet(
      'Secrets of the same namespace that hold the credentials of image registries.',
      16,
    ).optional(),
  })
  .meta({ description: 'Where the pod may run.' });
export type Placement = z.output<typeof placement>;
