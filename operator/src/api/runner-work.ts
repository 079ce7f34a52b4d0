import { z } from 'zod';
import { sampling } from './agent.ts';
import { count, decimal, digest, longText, share, text, textMap, textSet, url } from './fields.ts';
import { freeJson, freeObject, jsonSchema } from './json.ts';

const variable = (description: string) => text(`Environment variable of the container that holds ${description}`, 63);

const model = z
  .strictObject({
    url: url('Base URL of the OpenAI-compatible API.'),
    name: text('Name that requests ask for.'),
    apiKeyVariable: variable('the API key.').optional(),
    caVariable: variable("the server's certificate authority, as PEM.").optional(),
    contextLength: count('Tokens that fit in one request.', { min: 1, max: 100_000_000 }).optional(),
    maxConcurrentRequests: count('Requests that may be sent at the same time.', { min: 1, max: 10_000 }).optional(),
    cacheSalt: text('Keeps prefix caches of tenants apart.', 128).optional(),
    price: z
      .strictObject({
        inputPerMillionTokens: decimal('Cost of a million tokens read.').optional(),
        outputPerMillionTokens: decimal('Cost of a million tokens written.').optional(),
      })
      .optional()
      .meta({ description: 'What the usage has to count as cost.' }),
  })
  .meta({ description: 'A model, ready to be asked.' });
export type ModelAccess = z.output<typeof model>;

const tool = z
  .strictObject({
    name: text('Name of the tool.', 128),
    allowedHosts: textSet('Hosts that it may reach.', 64).optional(),
    readOnly: z.boolean().optional().meta({ description: 'It may only read.' }),
    mcp: z
      .strictObject({
        url: url('Address of the MCP server (streamable HTTP).'),
        headerVariables: textMap('Environment variables that hold the values of headers, by header.').optional(),
        allow: textSet("The server's tools that may be called; all when it is left out.", 128).optional(),
      })
      .optional()
      .meta({ description: 'MCP server that provides it.' }),
  })
  .meta({ description: 'One tool that may be used.' });
export type ToolAccess = z.output<typeof tool>;

const roleContract = z
  .strictObject({
    name: text('Name of the AgentRole; none for a step that names no role.').optional(),
    role: text('Role that it acts in.').optional(),
    prompt: longText('Instruction that it begins with.').optional(),
    sampling: sampling.optional(),
    outputSchema: jsonSchema('What each of its answers must fit, where the outputs are something else.').optional(),
    tools: z.array(tool).max(64).meta({ description: 'Tools that it may use; every other is refused.' }),
    readsArtifacts: z
      .boolean()
      .optional()
      .meta({ description: 'It may read artifacts of its WorkItem. True by default.' }),
    model,
    sandboxed: z.boolean().optional().meta({ description: 'It may use `shell`.' }),
  })
  .meta({ description: 'The contract of one role, with all that it names resolved.' });
export type RoleContract = z.output<typeof roleContract>;

const context = z
  .strictObject({
    text: longText('The context pack, cut for the role.', 1_048_576),
    tokens: count('Its size, in tokens, by an estimate.', { max: 100_000_000 }),
    maxTokens: count('Tokens that it may have, where its model counts them.', { max: 100_000_000 }).optional(),
    sources: z.array(z.string().max(1024)).max(1024).meta({ description: 'Paths and digests that it was made from.' }),
  })
  .meta({ description: 'What the agent may know of its WorkItem.' });

const promptParts = z
  .array(
    z
      .strictObject({
        text: longText('Text of whoever wrote the prompt.', 1_048_576).optional(),
        name: text('Reference that the value stands for.').optional(),
        value: freeJson('A value: data, never an instruction.').optional(),
      })
      .meta({ description: 'A text, or a value with its name.' }),
  )
  .min(1)
  .max(2048);
export type PromptParts = readonly Readonly<z.output<typeof promptParts>[number]>[];

const feedback = longText('Why earlier work was sent back.', 65_536);

const graphNode = z
  .looseObject({
    id: text('Name of the node.', 63),
    type: text('`llm`: a completion; `agent`: an agent with tools; `tool`: one call of a tool.', 63),
    prompt: longText(
      'What is asked. Templates in it are resolved: `{{inputs.<name>}}`, and `{{<node>}}` for earlier answers. A prompt without any gets all earlier answers.',
    ).optional(),
    model: model.optional(),
    tool: text('Function of a tool that is called, such as `file_read`.', 64).optional(),
    arguments: freeObject(
      'What the tool is called with. Templates in it are resolved as in prompts. By default the answer before it, or the inputs.',
    ).optional(),
    outputSchema: jsonSchema('What it must answer.').optional(),
  })
  .meta({
    description: "A node, with the user's further keys as they are.",
    'x-kubernetes-preserve-unknown-fields': true,
  });
export type GraphNode = z.output<typeof graphNode>;

const graphEdge = z
  .strictObject({
    from: text('Node that it leaves.', 63),
    to: text('Node that it enters; `end` ends the graph, and so does a node that no edge leaves.', 63),
    when: text('CEL expression over `state`; the edge is taken when it is true.', 4096).optional(),
  })
  .meta({ description: 'An edge; the first that holds is taken.' });

const gitWorkspace = z
  .strictObject({
    url: text('Address of the repository.', 2048),
    ref: text('Branch, tag or commit; the default branch when it is left out.').optional(),
    path: text('Folder inside the repository that is taken; all of it by default.', 1024).optional(),
    tokenVariable: variable('the token for the repository.').optional(),
  })
  .meta({ description: 'A git repository.' });

/** An agent with tools. */
export const agentWork = z.strictObject({
  kind: z.literal('agent').meta({ description: 'An agent with tools.' }),
  role: roleContract,
  goal: promptParts
    .optional()
    .meta({ description: 'What is to be done, piece by piece; the inputs alone say it when it is left out.' }),
  context: context.optional(),
  artifacts: z
    .array(
      z
        .strictObject({
          name: text('What names it: a step, a field of its result, or an input.'),
          digest: digest('Its digest.'),
          sizeBytes: count('Its size, in bytes, where it is known.', { max: Number.MAX_SAFE_INTEGER }).optional(),
          mediaType: text('Its media type, where it is known.', 127).optional(),
        })
        .meta({ description: 'One artifact.' }),
    )
    .max(256)
    .optional()
    .meta({ description: 'Artifacts that it may read by the tool `artifact`; every other is refused.' }),
  feedback: feedback.optional(),
  graph: z
    .strictObject({
      entry: text('Node that it begins with; the first by default.', 63).optional(),
      nodes: z.array(graphNode).min(1).max(64).meta({ description: 'The nodes.' }),
      edges: z
        .array(graphEdge)
        .max(256)
        .optional()
        .meta({ description: 'The edges; one node after the other without any.' }),
      maxIterations: count('Times that a node may be entered.', { min: 1, max: 1000 }),
    })
    .optional()
    .meta({ description: 'State graph; without one, a single loop of turns.' }),
  workspace: z
    .strictObject({ git: gitWorkspace.optional(), artifact: digest('Artifact that is unpacked into it.').optional() })
    .optional()
    .meta({ description: 'What the working directory is filled from.' }),
});
export type AgentWork = z.output<typeof agentWork>;

/** A chain of completions. */
export const flowWork = z.strictObject({
  kind: z.literal('flow').meta({ description: 'A chain of completions.' }),
  instruction: longText('What each completion begins with: the prompt of the role of the step.').optional(),
  completions: z
    .array(
      z
        .strictObject({
          name: text('Name; later completions see its answer as `{{<name>}}`.', 63),
          prompt: longText(
            'What is asked, as a Method says it. Templates in it are resolved: `{{inputs.<name>}}` and earlier completions.',
          ).optional(),
          parts: promptParts.optional().meta({ description: 'What is asked otherwise, piece by piece.' }),
          model,
          sampling: sampling.optional(),
          outputSchema: jsonSchema('What it must answer; free text without one.').optional(),
        })
        .meta({ description: 'One completion.' }),
    )
    .min(1)
    .max(32)
    .meta({ description: 'The completions, in order; the last answer is the result.' }),
  context: context.optional(),
  feedback: feedback.optional(),
});
export type FlowWork = z.output<typeof flowWork>;

const councilStage = z
  .strictObject({
    kind: z.enum(['propose', 'judge', 'vote']).meta({ description: 'What the speaker does.' }),
    round: count('Number of the round, from 1.', { min: 1, max: 8 }),
    member: text('Member that this pod speaks for; the judge when it is left out.', 63).optional(),
    proposals: z
      .array(
        z
          .strictObject({
            alias: text('Name that hides whose it is.', 63),
            content: freeJson('The proposal.'),
          })
          .meta({ description: 'One proposal.' }),
      )
      .max(16)
      .optional()
      .meta({ description: 'Proposals of the round before, anonymised and shuffled.' }),
  })
  .meta({ description: 'The part of a deliberation that one pod has, where each member has a pod of its own.' });

/** A deliberation. */
export const councilWork = z.strictObject({
  kind: z.literal('council').meta({ description: 'A deliberation.' }),
  council: text('Name of the Council.'),
  topic: longText('What is deliberated on.', 1_048_576),
  members: z
    .array(
      z
        .strictObject({
          name: text('Name of the member.', 63),
          weight: count('Weight of its scores or ballot.', { min: 1, max: 100 }),
          role: roleContract,
        })
        .meta({ description: 'One member.' }),
    )
    .max(16)
    .meta({
      description: 'The members. A pod that speaks for one of them is told of that one alone, and a judge of none.',
    }),
  strategy: z.enum(['peer_review', 'judge', 'vote', 'debate']).meta({ description: 'How the winner is chosen.' }),
  rounds: count('Rounds of proposals.', { min: 1, max: 8 }),
  judge: roleContract.optional(),
  rubric: z
    .array(
      z
        .strictObject({
          name: text('Name of the criterion.', 63),
          description: longText('What is looked at.', 4096),
          weight: count('Weight in the score.', { min: 1, max: 100 }),
        })
        .meta({ description: 'One criterion.' }),
    )
    .max(16)
    .meta({ description: 'What proposals are scored by; as a whole when it is empty.' }),
  quorum: count('Members that must have proposed.', { min: 1, max: 16 }),
  minimumScore: z.number().min(0).max(10).optional().meta({ description: 'Smallest mean score of a winner.' }),
  earlyStopAgreement: share('Share of members that must agree to end early.').optional(),
  seed: count('Seed of the shuffling.', { max: 4_294_967_295 }),
  stage: councilStage.optional(),
  context: context.optional(),
  feedback: feedback.optional(),
});
export type CouncilWork = z.output<typeof councilWork>;

/** A small program of the user's. */
export const codeWork = z.strictObject({
  kind: z.literal('code').meta({ description: "A small program of the user's." }),
  runtime: z.enum(['python', 'javascript']).meta({ description: 'Language.' }),
  program: longText('The program; it defines `execute(inputs)`.', 1_048_576),
});

/** A Method's image or MCP tool. */
export const methodWork = z.strictObject({
  kind: z.literal('method').meta({ description: "A Method's image or MCP tool." }),
  method: text('Method that is called.'),
  mcp: tool.optional(),
});
