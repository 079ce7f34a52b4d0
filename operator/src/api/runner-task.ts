import { z } from 'zod';
import { agentLimits, gitSource, sampling } from './agent.ts';
import { count, digest, longText, seconds, share, text, textMap, textSet, url } from './fields.ts';
import { freeJson, freeObject, jsonSchema } from './json.ts';
import { apiVersion } from './kind.ts';

/** Where a pod finds its task. */
export const taskPath = '/conclave/task.json';

const model = z
  .strictObject({
    url: url('Base URL of the OpenAI-compatible API.'),
    name: text('Name that requests ask for.'),
    apiKeyFile: text('File that holds the API key.', 1024).optional(),
    caFile: text("File that holds the server's certificate authority, as PEM.", 1024).optional(),
    contextLength: count('Tokens that fit in one request.', { min: 1, max: 100_000_000 }).optional(),
    maxConcurrentRequests: count('Requests that may be sent at the same time.', { min: 1, max: 10_000 }).optional(),
    cacheSalt: text('Keeps prefix caches of tenants apart.', 128).optional(),
  })
  .meta({ description: 'A model, ready to be asked.' });

const tool = z
  .strictObject({
    name: text('Name of the tool.', 63),
    allowedHosts: textSet('Hosts that it may reach.', 64).optional(),
    readOnly: z.boolean().optional().meta({ description: 'It may only read.' }),
    mcp: z
      .strictObject({
        url: url('Address of the MCP server.').optional(),
        command: z
          .array(z.string().max(4096))
          .max(64)
          .optional()
          .meta({ description: 'Command that starts it, in the pod.' }),
        headerFiles: textMap('Files that hold the values of headers, by header.').optional(),
        allow: textSet("The server's tools that may be called.", 128).optional(),
      })
      .optional()
      .meta({ description: 'MCP server that provides it.' }),
  })
  .meta({ description: 'One tool that may be used.' });

const roleContract = z
  .strictObject({
    name: text('Name of the AgentRole.'),
    role: text('Role that it acts in.', 30),
    prompt: longText('Instruction that it begins with.'),
    sampling: sampling.optional(),
    outputSchema: jsonSchema('What it must answer.').optional(),
    tools: z.array(tool).max(64).meta({ description: 'Tools that it may use; every other is refused.' }),
    model,
    sandboxed: z.boolean().optional().meta({ description: 'It may use `shell`.' }),
  })
  .meta({ description: 'The contract of one role, with all that it names resolved.' });
export type RoleContract = z.output<typeof roleContract>;

const context = z
  .strictObject({
    text: longText('The context pack, cut for the role.', 1_048_576),
    tokens: count('Its size, in tokens.', { max: 100_000_000 }),
    sources: z.array(z.string().max(1024)).max(1024).meta({ description: 'Paths and digests that it was made from.' }),
  })
  .meta({ description: 'What the agent may know of its WorkItem.' });

const graphNode = freeObject('A node: `id`, `type`, `prompt`, `model`, `tool` and what the type needs.');

const agentWork = z.strictObject({
  kind: z.literal('agent').meta({ description: 'An agent with tools.' }),
  role: roleContract,
  goal: longText('What is to be done.', 1_048_576),
  context: context.optional(),
  feedback: longText('Why earlier work was sent back.', 65_536).optional(),
  graph: z
    .strictObject({
      nodes: z.array(graphNode).min(1).max(64).meta({ description: 'The nodes.' }),
      edges: z
        .array(freeObject('An edge: `from`, `to`, `when`.'))
        .max(256)
        .optional()
        .meta({ description: 'The edges.' }),
      maxIterations: count('Times that the graph may go round.', { min: 1, max: 1000 }),
    })
    .optional()
    .meta({ description: 'State graph; without one, a single loop of turns.' }),
  workspace: z
    .strictObject({ git: gitSource.optional(), artifact: digest('Artifact that is unpacked into it.').optional() })
    .optional()
    .meta({ description: 'What the working directory is filled from.' }),
});

const flowWork = z.strictObject({
  kind: z.literal('flow').meta({ description: 'A chain of completions.' }),
  completions: z
    .array(
      z
        .strictObject({
          name: text('Name; later completions see its answer under it.', 63),
          prompt: longText('What is asked.', 1_048_576),
          model,
          sampling: sampling.optional(),
          outputSchema: jsonSchema('What it must answer.').optional(),
        })
        .meta({ description: 'One completion.' }),
    )
    .min(1)
    .max(32)
    .meta({ description: 'The completions, in order.' }),
  context: context.optional(),
});

const councilStage = z
  .strictObject({
    kind: z.enum(['propose', 'judge', 'vote']).meta({ description: 'What the member does.' }),
    round: count('Number of the round, from 1.', { min: 1, max: 8 }),
    member: text('Member that this pod speaks for; by its index in the Job when left out.', 63).optional(),
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

const councilWork = z.strictObject({
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
    .min(2)
    .max(16)
    .meta({ description: 'The members.' }),
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
    .meta({ description: 'What proposals are scored by.' }),
  proposalSchema: jsonSchema('What a proposal must fit.').optional(),
  quorum: count('Members that must have proposed.', { min: 1, max: 16 }),
  minimumScore: z.number().min(0).max(10).optional().meta({ description: 'Smallest mean score of a winner.' }),
  earlyStopAgreement: share('Share of members that must agree to end early.').optional(),
  seed: count('Seed of the shuffling.', { max: 4_294_967_295 }),
  stage: councilStage.optional(),
  context: context.optional(),
});

const codeWork = z.strictObject({
  kind: z.literal('code').meta({ description: "A small program of the user's." }),
  runtime: z.enum(['python', 'javascript']).meta({ description: 'Language.' }),
  program: longText('The program; it defines `execute(inputs)`.', 1_048_576),
});

const methodWork = z.strictObject({
  kind: z.literal('method').meta({ description: "A Method's image or MCP tool." }),
  method: text('Method that is called.'),
  mcp: tool.optional(),
});

/** What a pod is given to do: `/conclave/task.json`. */
export const runnerTask = z
  .strictObject({
    apiVersion: z.literal(apiVersion).meta({ description: 'Version of this document.' }),
    kind: z.literal('Task').meta({ description: 'Always `Task`.' }),
    workItem: z
      .strictObject({
        name: text('Name of the WorkItem.'),
        namespace: text('Its namespace.', 63),
        uid: text('Its UID.', 36),
        project: text('Its project.', 63).optional(),
      })
      .meta({ description: 'What the work belongs to.' }),
    step: z
      .strictObject({
        path: text('Path of the step.', 700),
        type: text('Type of the step.', 63),
        attempt: count('Number of the attempt, from 1.', { min: 1, max: 10_000 }),
        index: count('Index in an Indexed Job.', { max: 1_000_000 }).optional(),
      })
      .meta({ description: 'The step and the attempt.' }),
    inputs: freeObject('Resolved inputs.'),
    work: z
      .discriminatedUnion('kind', [agentWork, flowWork, councilWork, codeWork, methodWork])
      .meta({ description: 'What is to be done; `kind` decides which fields it has.' }),
    outputs: z.array(z.string().max(63)).max(64).optional().meta({ description: 'Fields that the result must have.' }),
    outputSchema: jsonSchema('What the outputs must fit.').optional(),
    limits: agentLimits.optional(),
    deadlineSeconds: seconds('Time that the attempt may take, in seconds.').optional(),
    artifacts: z
      .strictObject({
        url: url('Address of the artifact service.'),
        tokenFile: text('File that holds the projected token.', 1024),
        caFile: text("File that holds the service's certificate authority, as PEM.", 1024),
      })
      .optional()
      .meta({ description: 'Where artifacts are read and stored.' }),
    trace: text('W3C `traceparent` that the attempt belongs to.', 128).optional(),
    configuration: freeJson('Further configuration, as the user wrote it.').optional(),
  })
  .meta({ id: 'Task', description: 'What a pod is given to do.' });
export type RunnerTask = z.output<typeof runnerTask>;
