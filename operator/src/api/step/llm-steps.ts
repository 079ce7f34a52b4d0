import { z } from 'zod';
import { agentLimits, gitSource } from '../agent.ts';
import { count, longText, objectName, reference, text, textSet } from '../fields.ts';
import { freeObject, jsonSchema } from '../json.ts';
import { podFields, stepBase } from './step-base.ts';

const modelRef = reference('Model', "Model to use instead of the role's.").optional();

/** An `llm_flow` step. */
export const llmFlow = z.strictObject({
  ...stepBase,
  ...podFields,
  type: z.literal('llm_flow').meta({ description: 'Runs a chain of structured completions, without tools.' }),
  flow: text('Flow to run: a Method of type `flow`, by its `spec.id` or name.').optional(),
  prompt: longText('A single completion, when there is no `flow`. May contain templates.').optional(),
  modelRef,
  executionMode: z.enum(['direct', 'api']).optional().meta({
    description:
      '`direct`: a Job (the default); `api`: one call from the operator to the model, no pod, which is not served yet.',
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

/** An `llm_agent` step. */
export const llmAgent = z.strictObject({
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

/** A `council` step. */
export const council = z.strictObject({
  ...stepBase,
  ...podFields,
  type: z.literal('council').meta({ description: 'Lets a Council deliberate and choose.' }),
  executionMode: z.literal('direct').optional().meta({ description: 'Always `direct`.' }),
  council: objectName('Name of the Council, in the same namespace.'),
  topic: longText('What the members deliberate on. May contain templates.', 16_384),
  modelRef,
});
