import { z } from 'zod';
import { conditions, observedGeneration } from './condition.ts';
import { count, decimal, objectName, quantity, secretKey, seconds, text, textMap, timestamp, url } from './fields.ts';
import { defineKind, type Resource } from './kind.ts';
import { placement, resources } from './placement.ts';

const endpoint = z
  .strictObject({
    url: url('Base URL of an OpenAI-compatible API, such as `http://vllm.models:8000/v1`.'),
    apiKeySecretRef: secretKey('API key.').optional(),
    caConfigMap: z
      .strictObject({ name: objectName('Name of the ConfigMap.'), key: text('Key inside it.') })
      .optional()
      .meta({ description: 'Certificate authority that signed its certificate, as PEM.' }),
  })
  .meta({ description: 'A server that is there already.' });

const server = {
  image: text('Image of the vLLM server.', 1024),
  source: text("What vLLM loads: a model's name on its hub, or a path.", 1024),
  revision: text('Revision of the model; pin it, so that a run can be repeated.').optional(),
  gpus: count('GPUs; vLLM splits the model over them (`--tensor-parallel-size`). `resources.gpu` by default, else 1.', {
    max: 64,
  }).optional(),
  args: z.array(z.string().max(4096)).max(128).optional().meta({ description: 'Further arguments of `vllm serve`.' }),
  env: textMap('Environment of the server.').optional(),
  tokenSecretRef: secretKey("Token for the model's hub.").optional(),
  volumeClaim: objectName('PersistentVolumeClaim that holds the weights, mounted read-only at `/models`.').optional(),
  sharedMemory: quantity('Size of `/dev/shm`; 2Gi by default.').optional(),
  startupSeconds: seconds('Time that loading may take, in seconds; 1,800 by default.', 86_400).optional(),
  resources: resources.optional(),
  placement: placement.optional(),
} as const;

const dedicated = z
  .strictObject({
    ...server,
    replicas: z
      .strictObject({
        min: count('Pods while nobody asks; 0 lets it sleep. 1 by default.', { max: 64 }).optional(),
        max: count('Most pods; 1 by default.', { min: 1, max: 64 }).optional(),
      })
      .optional()
      .meta({ description: 'How many pods serve it.' }),
    idleSeconds: seconds('Time without a request after which it falls to `replicas.min`; 600 by default.').optional(),
    nodes: count('Nodes that one replica spans (a LeaderWorkerSet, where there is one); 1 by default.', {
      min: 1,
      max: 64,
    }).optional(),
  })
  .meta({ description: 'A server that the operator runs for it: a Deployment and a Service.' });

const sidecar = z
  .strictObject(server)
  .meta({ description: 'A server that each Job brings with it, beside the agent.' });

const price = z
  .strictObject({
    inputPerMillionTokens: decimal('Cost of a million tokens read.').optional(),
    outputPerMillionTokens: decimal('Cost of a million tokens written.').optional(),
    gpuHour: decimal('Cost of one GPU for an hour.').optional(),
  })
  .meta({ description: "What it costs, in the Tenant's currency unit; nothing by default." });

const modelSpec = z
  .strictObject({
    description: z.string().max(4096).optional().meta({ description: 'What the model is good for.' }),
    modelName: text('Name that requests ask for (`--served-model-name`).'),
    contextLength: count('Tokens that fit in one request; what the server says by default.', {
      min: 1,
      max: 100_000_000,
    }).optional(),
    maxConcurrentRequests: count('Requests that are sent at the same time; 64 by default.', {
      min: 1,
      max: 10_000,
    }).optional(),
    price: price.optional(),
    endpoint: endpoint.optional(),
    dedicated: dedicated.optional(),
    sidecar: sidecar.optional(),
  })
  .meta({
    description: 'How the model is reached or run: exactly one of `endpoint`, `dedicated` and `sidecar`.',
    'x-kubernetes-validations': [
      {
        rule: '[has(self.endpoint), has(self.dedicated), has(self.sidecar)].filter(x, x).size() == 1',
        message: 'exactly one of endpoint, dedicated and sidecar must be given',
      },
    ],
  });
export type ModelSpec = z.output<typeof modelSpec>;

const modelStatus = z
  .strictObject({
    observedGeneration: observedGeneration.optional(),
    conditions: conditions.optional(),
    url: text('Where it is reached.', 2048).optional(),
    revision: text('Revision that is served.').optional(),
    contextLength: count('Tokens that fit in one request, as the server says.', { max: 100_000_000 }).optional(),
    replicas: count('Pods that are ready.', { max: 64 }).optional(),
    lastRequestTime: timestamp('When it was last asked.').optional(),
  })
  .meta({ description: 'What the operator found.' });
export type ModelStatus = z.output<typeof modelStatus>;
export type Model = Resource<ModelSpec, ModelStatus>;

/** The kind Model. */
export const modelKind = defineKind({
  kind: 'Model',
  plural: 'models',
  singular: 'model',
  shortNames: ['mdl'],
  description: 'A large language model that vLLM serves: how to reach it or run it, and what it costs.',
  spec: modelSpec,
  status: modelStatus,
  printerColumns: [
    { name: 'Model', type: 'string', jsonPath: '.spec.modelName', description: 'Name that requests ask for.' },
    {
      name: 'Ready',
      type: 'string',
      jsonPath: '.status.conditions[?(@.type=="Ready")].status',
      description: 'Whether it answers.',
    },
    {
      name: 'Reason',
      type: 'string',
      jsonPath: '.status.conditions[?(@.type=="Ready")].reason',
      description: 'Why, in a word.',
    },
    {
      name: 'Context',
      type: 'integer',
      jsonPath: '.status.contextLength',
      description: 'Tokens that fit in one request.',
    },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp', description: 'Time since it was made.' },
    { name: 'URL', type: 'string', jsonPath: '.status.url', description: 'Where it is reached.', priority: 1 },
    {
      name: 'Revision',
      type: 'string',
      jsonPath: '.status.revision',
      description: 'Revision that is served.',
      priority: 1,
    },
  ],
});
