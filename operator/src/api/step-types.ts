import { z } from 'zod';
import {
  count,
  digest,
  expression,
  longText,
  objectName,
  reference,
  secretKey,
  seconds,
  share,
  templatedUrl,
  text,
  textMap,
  textSet,
} from './fields.ts';
import { freeJson, freeObject, jsonSchema } from './json.ts';
import { agentLimits, gitSource } from './agent.ts';
import { approvalQuorums, gateName, stepName, variableName } from './names.ts';
import { nestedSteps } from './nested-steps.ts';
import { placement, resources } from './placement.ts';
import { stepBase } from './step-base.ts';

/** The fields of a step that runs as a pod. */
const podFields = { resources: resources.optional(), placement: placement.optional() } as const;

const method = text('Method to call: its `spec.id`, or its name with `_` for `-`. May contain templates.');
const apiOrDirect = (whenLeftOut: string) =>
  z
    .enum(['api', 'direct'])
    .optional()
    .meta({
      description: `\`api\`: an HTTP call by the operator; \`direct\`: a Job with the Method's image. ${whenLeftOut} by default.`,
    });
const modelRef = reference('Model', "Model to use instead of the role's.").optional();

const crawler = z.strictObject({
  ...stepBase,
  ...podFields,
  type: z.literal('crawler').meta({ description: 'Collects data by a Method.' }),
  method,
  executionMode: apiOrDirect('`api`'),
});

const functionStep = z.strictObject({
  ...stepBase,
  ...podFields,
  type: z.literal('function').meta({ description: 'Calls a Method.' }),
  method,
  executionMode: apiOrDirect('`direct`'),
});

const mlModel = z.strictObject({
  ...stepBase,
  ...podFields,
  type: z.literal('ml_model').meta({ description: 'Asks a machine-learning model that is registered as a Method.' }),
  model: text('Registered model: a Method of type `model`, by its `spec.id` or name.'),
  executionMode: apiOrDirect('`api`'),
});

const mlServing = z.strictObject({
  ...stepBase,
  ...podFields,
  type: z
    .literal('ml_serving')
    .meta({ description: 'Serves a model as a Deployment and a Service; ends when it is ready.' }),
  executionMode: z.literal('k8s').optional().meta({ description: 'Always `k8s`.' }),
  model: text(
    'Registered model that says how it is served; by default a Method of type `model` for `serviceName`.',
  ).optional(),
  modelUri: text('Where the model lies, such as `models:/name/3`. May contain templates.', 2048).optional(),
  modelVersion: text('Version of the model. May contain templates.').optional(),
  serviceName: text('Name of the Deployment and the Service, with `_` for `-`.', 63),
  replicas: count('Pods that serve it; 1 by default.', { min: 1, max: 64 }).optional(),
  removal: z.enum(['onCompletion', 'onDeletion', 'never']).optional().meta({
    description: 'When it is taken down: at the end of the run (the default), with the WorkItem, or never.',
  }),
});

const mlTraining = z.strictObject({
  ...stepBase,
  type: z
    .literal('ml_training')
    .meta({ description: 'Hands training to another engine and watches its object to the end.' }),
  executionMode: z
    .literal('orchestrator_delegation')
    .optional()
    .meta({ description: 'Always `orchestrator_delegation`.' }),
  training: z
    .looseObject({
      modelType: text('Kind of model, such as `llm`.').optional(),
      model: text('Base model.').optional(),
      method: text(
        'Method of type `object` whose template is applied, by its `spec.id` or name, such as `sft + lora`.',
      ),
      trainingData: freeObject('Where the training data comes from; `source` may be a template.').optional(),
      experimentName: text('Experiment that the run belongs to.').optional(),
    })
    .meta({
      description: "What is trained and how; further keys are kept and reach the Method's template.",
      'x-kubernetes-preserve-unknown-fields': true,
    }),
});

const dataTransform = z.strictObject({
  ...stepBase,
  type: z
    .literal('data_transform')
    .meta({ description: 'Asks for a transformation and ends when the asset event arrives.' }),
  executionMode: z.literal('event_driven').optional().meta({ description: 'Always `event_driven`.' }),
  asset: text('Asset that the transformation makes: the subject of the event that ends the step.'),
  method: text('Method that sends the request; without one, the step only waits for the event.').optional(),
});

const httpProbe = z
  .strictObject({
    url: templatedUrl('What to get.'),
    expectedStatus: count('Status code that means ready; any 2xx by default.', { min: 100, max: 599 }).optional(),
    expression: expression('True when ready; `status` and `body` are variables.').optional(),
  })
  .meta({ description: 'Ready when an HTTP call answers as expected.' });

const objectProbe = z
  .strictObject({
    apiVersion: text('API version of the object, such as `batch/v1`.'),
    kind: text('Kind of the object.', 63),
    name: text('Name of the object, in the same namespace. May contain templates.'),
    condition: text('Type of a condition that must be `True`.', 316).optional(),
    expression: expression('True when ready; `object` is the variable.').optional(),
  })
  .meta({
    description: 'Ready when a Kubernetes object is: by a condition or an expression.',
    'x-kubernetes-validations': [
      {
        rule: 'has(self.condition) != has(self.expression)',
        message: 'exactly one of condition and expression must be given',
      },
    ],
  });

const waitForAsset = z.strictObject({
  ...stepBase,
  type: z
    .literal('wait_for_asset')
    .meta({ description: 'Waits for assets, an HTTP check, or a condition of a Kubernetes object.' }),
  executionMode: z.literal('polling').optional().meta({ description: 'Always `polling`.' }),
  assets: textSet('Names of assets that steps record or events announce; all must be there.', 64).optional(),
  http: httpProbe.optional(),
  object: objectProbe.optional(),
  pollIntervalSeconds: seconds('Time between two looks, in seconds; 5 by default.', 3600).optional(),
});

const llmFlow = z.strictObject({
  ...stepBase,
  ...podFields,
  type: z.literal('llm_flow').meta({ description: 'Runs a chain of structured completions, without tools.' }),
  flow: text('Flow to run: a Method of type `flow`, by its `spec.id` or name.').optional(),
  prompt: longText('A single completion, when there is no `flow`. May contain templates.').optional(),
  modelRef,
  executionMode: z.enum(['direct', 'api']).optional().meta({
    description: '`direct`: a Job (the default); `api`: one call from the operator to the model, no pod.',
  }),
  outputSchema: jsonSchema('What the last completion must answer.').optional(),
  limits: agentLimits.optional(),
});

const agentConfig = z
  .looseObject({
    graph_definition: text('Graph to run: a Method of type `graph`, by its `spec.id` or name.').optional(),
    nodes: z
      .array(freeObject('A node: `id`, `type`, `model` and what the type needs.'))
      .max(64)
      .optional()
      .meta({ description: 'Nodes of the graph, in order.' }),
    max_iterations: count('Times that the graph may go round.', { min: 1, max: 1000 }).optional(),
  })
  .meta({
    description: 'Configuration of the agent. Keys are kept as they are written.',
    'x-kubernetes-preserve-unknown-fields': true,
  });

const llmAgent = z.strictObject({
  ...stepBase,
  ...podFields,
  type: z.literal('llm_agent').meta({ description: 'Runs an agent with tools, for a role.' }),
  executionMode: z.literal('direct').optional().meta({ description: 'Always `direct`.' }),
  agentType: text('`react` (the default: one loop of turns) or `langgraph` (a graph of nodes).', 63).optional(),
  agentConfig: agentConfig.optional(),
  goal: longText("What the agent is to do, beside its role's prompt. May contain templates.").optional(),
  modelRef,
  tools: textSet(
    'Tools that the agent may use here; a part of those its role may use, all of them by default.',
    64,
    63,
  ).optional(),
  outputSchema: jsonSchema("What the agent must answer; the role's by default.").optional(),
  limits: agentLimits.optional(),
  workspace: z
    .strictObject({
      git: gitSource.optional(),
      artifact: text('Digest of an artifact that is unpacked into it, or a template that gives one.', 1024).optional(),
    })
    .optional()
    .meta({ description: "What the agent's working directory is filled from." }),
});

const council = z.strictObject({
  ...stepBase,
  ...podFields,
  type: z.literal('council').meta({ description: 'Lets a Council deliberate and choose.' }),
  executionMode: z.literal('direct').optional().meta({ description: 'Always `direct`.' }),
  council: objectName('Name of the Council, in the same namespace.'),
  topic: longText('What the members deliberate on. May contain templates.', 16_384),
  modelRef,
});

const loop = z.strictObject({
  ...stepBase,
  type: z.literal('loop').meta({ description: 'Runs its steps once for each item of a list.' }),
  executionMode: z.literal('workflow_logic').optional().meta({ description: 'Always `workflow_logic`.' }),
  iterateOver: freeJson('The list, or a template that gives one.'),
  loopVariable: variableName('Name of the current item; its position is `<name>_index`.'),
  maxParallel: count('Iterations that may run at the same time; 1 by default.', { min: 1, max: 1000 }).optional(),
  batchSize: count('Items given to one iteration, as a list; 1 (the item itself) by default.', {
    min: 1,
    max: 1000,
  }).optional(),
  steps: nestedSteps('Steps of one iteration.'),
});

const parallelGroup = z.strictObject({
  ...stepBase,
  type: z.literal('parallel_group').meta({ description: 'Runs its steps side by side.' }),
  executionMode: z.literal('workflow_logic').optional().meta({ description: 'Always `workflow_logic`.' }),
  parallelConfig: z
    .strictObject({ maxParallel: count('Steps that may run at the same time; all by default.', { min: 1, max: 256 }) })
    .optional()
    .meta({ description: 'How much of it runs at the same time.' }),
  steps: nestedSteps('Steps of the group.'),
});

const branch = (description: string) =>
  z.strictObject({ steps: nestedSteps('Steps of the branch.') }).meta({ description });

const conditional = z.strictObject({
  ...stepBase,
  type: z.literal('conditional').meta({ description: 'Runs one of two branches.' }),
  executionMode: z.literal('workflow_logic').optional().meta({ description: 'Always `workflow_logic`.' }),
  condition: z
    .strictObject({ expression: expression('Decides between the branches.') })
    .meta({ description: 'What decides.' }),
  branches: z
    .strictObject({
      ifTrue: branch('Runs when it is true.').optional(),
      ifFalse: branch('Runs when it is false.').optional(),
    })
    .meta({ description: 'The branches; one may be left out.' }),
});

const threshold = (description: string, what: string) =>
  z
    .strictObject({
      enabled: z.boolean().optional().meta({ description: 'Whether it is checked; true by default.' }),
      threshold: share(`Smallest ${what} that passes, from 0 to 1.`),
      fields: textSet('Paths to look at; all inputs of the step by default.', 64).optional(),
    })
    .meta({ description });

const validation = z.strictObject({
  ...stepBase,
  type: z.literal('validation').meta({ description: 'Checks results, without a pod.' }),
  executionMode: z
    .literal('direct')
    .optional()
    .meta({ description: 'Always `direct`: in the operator, which runs no user code.' }),
  checks: z
    .strictObject({
      relevance: threshold("How well the fields match the input's key terms.", 'relevance').optional(),
      completeness: threshold('How many of the fields are filled.', 'completeness').optional(),
      schema: jsonSchema('What the inputs of the step must fit.').optional(),
      expressions: z
        .array(expression('Must be true.'))
        .max(32)
        .optional()
        .meta({ description: 'Expressions that must all be true; inputs of the step are variables.' }),
    })
    .meta({ description: 'What is checked.' }),
  onFailure: z
    .strictObject({
      gate: gateName('Gate at which a person decides.'),
      returnTo: stepName('Step that the run returns to when the person sends it back.'),
      approvals: approvalQuorums('Who decides; one person in the role `review` by default.').optional(),
    })
    .optional()
    .meta({ description: 'Asks a person when a check fails; without it the step fails.' }),
});

const delivery = z
  .strictObject({
    method: z
      .enum(['artifact', 'webhook'])
      .meta({ description: '`artifact`: the artifact store; `webhook`: posted, and stored too.' }),
    url: templatedUrl('Where the webhook posts to.').optional(),
    headers: textMap('Headers of the webhook.', 32).optional(),
    signingSecretRef: secretKey('Key that signs the body (HMAC-SHA-256).').optional(),
  })
  .meta({
    description: 'Where the output goes.',
    'x-kubernetes-validations': [
      { rule: "self.method != 'webhook' || has(self.url)", message: 'a webhook needs a url' },
    ],
  });

const output = z.strictObject({
  ...stepBase,
  type: z.literal('output').meta({ description: 'Renders results and delivers them.' }),
  executionMode: z.literal('direct').optional().meta({ description: 'Always `direct`.' }),
  format: z.enum(['pdf_report', 'graph_visualization', 'csv_dataset', 'json', 'markdown']).meta({
    description: 'What is made: a PDF, a picture of a graph (SVG), CSV, JSON or Markdown.',
  }),
  template: text('Layout: a Method of type `template`, by its `spec.id` or name; a plain one by default.').optional(),
  delivery: delivery.optional(),
});

const code = z
  .strictObject({
    source: z.enum(['inline', 'configMap', 'artifact']).meta({ description: 'Where the program stands.' }),
    content: longText('The program, when it stands here; it defines `execute(inputs)`.', 131_072).optional(),
    configMap: z
      .strictObject({ name: objectName('Name of the ConfigMap.'), key: text('Key inside it.') })
      .optional()
      .meta({ description: 'Where the program stands in a ConfigMap of the same namespace.' }),
    artifact: digest('Digest of the artifact that is the program.').optional(),
  })
  .meta({
    description: 'The program.',
    'x-kubernetes-validations': [
      {
        rule: "has(self.content) == (self.source == 'inline') && has(self.configMap) == (self.source == 'configMap') && has(self.artifact) == (self.source == 'artifact')",
        message:
          'give content for an inline source, configMap for a configMap source, artifact for an artifact source, and no other',
      },
    ],
  });

const customCode = z.strictObject({
  ...stepBase,
  ...podFields,
  type: z
    .literal('custom_code')
    .meta({ description: 'Runs a small program of yours: no network, no token, a sandbox.' }),
  executionMode: z.literal('direct').optional().meta({ description: 'Always `direct`.' }),
  runtime: text('`python3.12`, `python3`, `javascript` or `node24`.', 32).meta({
    pattern: '^(python3(\\.[0-9]+)?|javascript|node[0-9]+)$',
  }),
  code,
});

const approval = z.strictObject({
  ...stepBase,
  type: z.literal('approval').meta({ description: 'Waits for people.' }),
  gate: gateName('Name of the gate; by default the name of the step in lower case with `_` as `-`.').optional(),
  approvals: approvalQuorums('Who must approve, and how many.'),
  message: longText('What the people are asked. May contain templates.', 4096).optional(),
  show: textSet('Paths of outputs that are shown and covered by the approval; all by default.', 32).optional(),
  production: z
    .boolean()
    .optional()
    .meta({ description: 'Approving needs the digest that was shown. False by default.' }),
  allowRequester: z
    .boolean()
    .optional()
    .meta({ description: 'Whoever made the WorkItem may approve. False by default.' }),
  allowedServiceAccounts: textSet('Service accounts that may decide, as `namespace:name`.', 16, 317).optional(),
  expiresSeconds: seconds('Time to decide, in seconds; the gate then counts as rejected. Never by default.').optional(),
  returnTo: stepName('Step that the run returns to when it is rejected; without it the step fails.').optional(),
});

/** Every type of step: fifteen of the canonical form, `council` and `approval` of ours. */
export const stepTypes = [
  crawler,
  waitForAsset,
  mlModel,
  mlServing,
  llmFlow,
  llmAgent,
  functionStep,
  loop,
  validation,
  output,
  customCode,
  parallelGroup,
  conditional,
  dataTransform,
  mlTraining,
  council,
  approval,
] as const;
