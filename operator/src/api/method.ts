import { z } from 'zod';
import { sampling } from './agent.ts';
import { conditionsOnly } from './condition.ts';
import { count, decimal, expression, longText, reference, seconds, templatedUrl, text, textMap } from './fields.ts';
import { freeJson, freeObject, jsonSchema } from './json.ts';
import { mcpServerFields, mcpServerRules } from './mcp.ts';
import { defineKind, type Resource } from './kind.ts';
import { placement, resources } from './placement.ts';
import { secretEnv, secretHeaders } from './secret-values.ts';

const http = z
  .strictObject({
    url: templatedUrl('What is called; `{{inputs.<name>}}` are the resolved inputs.'),
    method: z
      .enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])
      .optional()
      .meta({ description: 'HTTP method; `POST` by default.' }),
    headers: textMap('Headers.', 32).optional(),
    headersFrom: secretHeaders('Headers from Secrets; they never show in status or logs.').optional(),
    body: freeJson('Body, with templates; the resolved inputs as JSON by default, none for `GET`.').optional(),
    result: expression('Makes the outputs from `status`, `headers` and `body`; the body itself by default.').optional(),
    allowPrivateNetworks: z.boolean().optional().meta({
      description: 'May resolve to a private address, such as a Service of the cluster. False by default.',
    }),
  })
  .meta({ description: 'An HTTP call, made by the operator.' });

const image = z
  .strictObject({
    image: text('Image, best by digest.', 1024),
    command: z
      .array(z.string().max(4096))
      .max(64)
      .optional()
      .meta({ description: "Command; the image's own by default." }),
    args: z.array(z.string().max(4096)).max(128).optional().meta({ description: 'Arguments.' }),
    env: textMap('Environment.').optional(),
    secretEnv: secretEnv('Environment from Secrets.').optional(),
    resources: resources.optional(),
    placement: placement.optional(),
  })
  .meta({
    description:
      'An image that runs as a Job. It reads `/conclave/task.json` and writes `/conclave/result.json`, or takes its inputs as JSON on standard input and gives the last line of standard output.',
  });

const mcp = z
  .strictObject({ ...mcpServerFields, tool: text('Tool of the server that is called.', 128) })
  .meta({ description: 'A tool of an MCP server.', 'x-kubernetes-validations': mcpServerRules });

const object = z
  .strictObject({
    template: freeObject(
      'The object that is applied. Texts in it may contain templates: `{{inputs.<name>}}` are the resolved inputs, `{{step.<field>}}` the fields of the step, such as `{{step.training.model}}`.',
    ),
    success: expression('True when it has succeeded; `object` is the variable.'),
    failure: expression('True when it has failed; `object` is the variable.').optional(),
    outputs: z
      .record(z.string().max(63), expression('Makes the output from `object`.'))
      .optional()
      .meta({ description: 'Outputs, by name.', maxProperties: 64 }),
    deletion: z.enum(['onCompletion', 'onDeletion', 'never']).optional().meta({
      description:
        'When it is deleted: at the end of the step, with the WorkItem (the default), or never. A cancelled step deletes it.',
    }),
  })
  .meta({ description: "Another orchestrator's object, such as a RayJob, applied and watched to its end." });

const serving = z
  .strictObject({
    image: text('Image of the server.', 1024),
    args: z.array(z.string().max(4096)).max(128).optional().meta({ description: 'Arguments, may contain templates.' }),
    env: textMap('Environment, may contain templates.').optional(),
    port: count('Port that it listens on.', { min: 1, max: 65_535 }),
    readinessPath: text('Path that answers 2xx when it is ready; `/` by default.', 1024).optional(),
    resources: resources.optional(),
    placement: placement.optional(),
  })
  .meta({ description: 'How an `ml_serving` step serves it.' });

const completion = z
  .strictObject({
    name: text('Name; later completions see its answer as `{{<name>}}`.', 63),
    prompt: longText('What is asked. May contain templates.'),
    modelRef: reference('Model', "Model that answers; the step's by default.").optional(),
    sampling: sampling.optional(),
    outputSchema: jsonSchema('What it must answer; free text without one.').optional(),
  })
  .meta({ description: 'One completion.' });

const flow = z
  .strictObject({
    modelRef: reference('Model', 'Model that answers.').optional(),
    completions: z
      .array(completion)
      .min(1)
      .max(32)
      .meta({ description: 'Completions, in order; the last answer is the output.' }),
  })
  .meta({ description: 'A chain of structured completions.' });

const graph = z
  .strictObject({
    entry: text('Node that it begins with; the first by default.', 63).optional(),
    maxIterations: count('Times that a node may be entered; 10 by default.', { min: 1, max: 1000 }).optional(),
    nodes: z
      .array(
        z
          .strictObject({
            id: text('Name of the node.', 63),
            type: z
              .enum(['llm', 'agent', 'tool'])
              .meta({ description: 'A completion, an agent with tools, or one call of a tool.' }),
            prompt: longText(
              'What is asked. May contain templates; without any it gets all earlier answers.',
            ).optional(),
            modelRef: reference('Model', "Model that answers; the step's by default.").optional(),
            tool: text('Function of a tool that is called, such as `file_read`.', 64).optional(),
            arguments: freeObject(
              'What the tool is called with. May contain templates. By default the answer before it, or the inputs.',
            ).optional(),
            outputSchema: jsonSchema('What it must answer.').optional(),
          })
          .meta({ description: 'One node.' }),
      )
      .min(1)
      .max(64)
      .meta({ description: 'The nodes.', 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['id'] }),
    edges: z
      .array(
        z
          .strictObject({
            from: text('Node that it leaves.', 63),
            to: text('Node that it enters; `end` ends the graph, and so does a node that no edge leaves.', 63),
            when: expression('Taken when this is true; `state` is the variable. Always by default.').optional(),
          })
          .meta({ description: 'One edge.' }),
      )
      .max(256)
      .optional()
      .meta({ description: 'The edges; the first that holds is taken. One node after the other by default.' }),
  })
  .meta({ description: 'A state graph of an agent.' });

const template = z
  .strictObject({
    title: text('Title of the document. May contain templates.', 1024).optional(),
    content: longText('Body in Markdown. May contain templates.').optional(),
    columns: z
      .array(
        z
          .strictObject({ header: text('Heading.'), path: text('Path of the value inside a row.', 1024) })
          .meta({ description: 'One column.' }),
      )
      .max(256)
      .optional()
      .meta({ description: 'Columns of a CSV.' }),
  })
  .meta({ description: 'Layout of an `output` step.' });

const callable = {
  id: text(
    'Name by which steps find it where the name of an object will not do; its name with `_` for `-` by default.',
  ).optional(),
  description: z.string().max(4096).optional().meta({ description: 'What it does.' }),
  inputs: jsonSchema('What it takes.').optional(),
  outputs: jsonSchema('What it gives.').optional(),
  timeoutSeconds: seconds('Time that a call may take, in seconds; that of the step by default.').optional(),
  costUnits: decimal("Cost of one call at most, in the Tenant's currency unit; nothing by default.").optional(),
  idempotent: z.boolean().optional().meta({
    description: 'A call may be sent again when its answer was lost. False by default.',
  }),
  onUnknown: z.enum(['fail', 'retry', 'gate']).optional().meta({
    description:
      'What happens when the answer of a call that is not idempotent was lost: `fail` (the default), `retry`, or a `gate` where a person decides.',
  }),
  cacheSeconds: seconds('How long a result may be re-used, in seconds; never by default.').optional(),
} as const;

const methodTypes = [
  z.strictObject({ ...callable, type: z.literal('http').meta({ description: 'An HTTP call.' }), http }),
  z.strictObject({
    ...callable,
    type: z.literal('image').meta({ description: 'An image that runs as a Job.' }),
    image,
  }),
  z.strictObject({ ...callable, type: z.literal('mcp').meta({ description: 'A tool of an MCP server.' }), mcp }),
  z.strictObject({
    ...callable,
    type: z.literal('object').meta({ description: "Another orchestrator's object." }),
    object,
  }),
  z.strictObject({
    ...callable,
    type: z.literal('model').meta({ description: 'A machine-learning model: called, run or served.' }),
    http: http.optional(),
    image: image.optional(),
    serving: serving.optional(),
  }),
  z.strictObject({ ...callable, type: z.literal('flow').meta({ description: 'A chain of completions.' }), flow }),
  z.strictObject({ ...callable, type: z.literal('graph').meta({ description: 'A state graph of an agent.' }), graph }),
  z.strictObject({ ...callable, type: z.literal('template').meta({ description: 'Layout of an output.' }), template }),
] as const;

const methodSpec = z.discriminatedUnion('type', methodTypes).meta({
  description: 'What is called, and how. `type` decides which block is given.',
  'x-kubernetes-validations': [
    {
      rule: "self.type != 'model' || has(self.http) || has(self.image) || has(self.serving)",
      message: 'a Method of type model needs at least one of http, image and serving',
    },
  ],
});
export type MethodSpec = z.output<typeof methodSpec>;
export type Method = Resource<MethodSpec, z.output<typeof conditionsOnly>>;

/** The kind Method. */
export const methodKind = defineKind({
  kind: 'Method',
  plural: 'methods',
  singular: 'method',
  shortNames: ['mth'],
  description:
    'Something that steps call by name: an HTTP call, an image, an MCP tool, an object of another engine, a model, a flow.',
  spec: methodSpec,
  status: conditionsOnly,
  printerColumns: [
    { name: 'Type', type: 'string', jsonPath: '.spec.type', description: 'What is called.' },
    { name: 'Id', type: 'string', jsonPath: '.spec.id', description: 'Name by which steps find it.' },
    {
      name: 'Ready',
      type: 'string',
      jsonPath: '.status.conditions[?(@.type=="Ready")].status',
      description: 'Whether it can be called.',
    },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp', description: 'Time since it was made.' },
    { name: 'Description', type: 'string', jsonPath: '.spec.description', description: 'What it does.', priority: 1 },
  ],
  selectableFields: ['.spec.type', '.spec.id'],
});
