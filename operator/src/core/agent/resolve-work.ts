import type { AgentLimits } from '../../api/agent.ts';
import type { AgentRole } from '../../api/agent-role.ts';
import type { CouncilSpec } from '../../api/council.ts';
import type { JsonObject } from '../../api/json.ts';
import type { Method } from '../../api/method.ts';
import type { Placement, Resources } from '../../api/placement.ts';
import type { RunnerTask } from '../../api/runner-task.ts';
import type { WorkItem } from '../../api/work-item.ts';
import { defined, without } from '../defined.ts';
import { checkAgainstSchema } from '../method/check-against-schema.ts';
import type { PinnedPipeline } from '../work-item/observed.ts';
import type { StartAttempt } from '../work-item/work-item-plan.ts';
import { completeLimits, requestsOfCouncil, requestsOfFlow, requestsPerAnswer } from './limits.ts';
import { type ModelBeside, PodNeeds, type ReferredVariable, type ShellBeside, type ToolServer } from './pod-needs.ts';
import type { WorkProblem } from './work-problem.ts';
import { resolveAgent } from './resolve-agent.ts';
import { rolesOfCouncil, withContext } from './resolve-context.ts';
import { resolveCouncil } from './resolve-council.ts';
import { resolveFlow } from './resolve-flow.ts';
import type { ModelContext } from './resolve-model.ts';
import { resolveMethodTool } from './resolve-role.ts';

/** An attempt whose work the agent runner does. */
export interface AgentAttempt {
  readonly workItem: WorkItem;
  readonly start: StartAttempt;
  readonly pinned: Pick<PinnedPipeline, 'roles' | 'methods' | 'models' | 'councils' | 'modelOverrides'>;
  readonly method: Method | undefined;
  /** Hosts that agents of the namespace may reach, as its Tenant says now; all where it does not say. */
  readonly allowedHosts?: readonly string[] | undefined;
}

/** Work with all that it names resolved, and what its Pod is made of. */
export interface ResolvedWork {
  readonly work: RunnerTask['work'];
  readonly limits?: AgentLimits | undefined;
  readonly outputSchema?: JsonObject | undefined;
  readonly configuration?: JsonObject | undefined;
  readonly variables: readonly ReferredVariable[];
  readonly servers: readonly ToolServer[];
  /** Models whose servers run in the Pod. */
  readonly models: readonly ModelBeside[];
  /** What runs its commands, where it may run any. */
  readonly shell?: ShellBeside | undefined;
  /** Names of the Models with servers of their own that it asks. */
  readonly asked: readonly string[];
  readonly resources?: Resources | undefined;
  readonly placement?: Placement | undefined;
}

/** What was found of one type of step; no work where something is wrong, which the needs tell. */
type Found = Omit<ResolvedWork, 'work' | 'variables' | 'servers' | 'models' | 'shell' | 'asked'> & {
  readonly work: RunnerTask['work'] | undefined;
};

/** Resolves, from nothing but what the run is pinned to, what the agent runner is given; or says what stands in the way. */
export function resolveWork(
  attempt: AgentAttempt,
): { readonly resolved: ResolvedWork } | { readonly problem: WorkProblem } {
  const { needs, found } = findApart(attempt);
  const { problem, variables, servers, models, shell, asked } = needs;
  if (problem !== undefined) return { problem };
  const { work, ...more } = found;
  if (work === undefined) throw new Error(`no agent runs the step ${attempt.start.path}`);
  return { resolved: { work, ...more, variables, servers, models, asked, ...defined({ shell }) } };
}

/** Where Models beside the agent would listen on ports of its tools, it is gone through again, with those ports taken. */
function findApart(attempt: AgentAttempt): { readonly needs: PodNeeds; readonly found: Found } {
  const { allowedHosts, workItem } = attempt;
  const hosts = { namespace: workItem.metadata.namespace ?? '', allowedHosts };
  const needs = new PodNeeds(hosts);
  const found = find(attempt, needs);
  const ports = new Set(needs.servers.map(({ port }) => port));
  if (!needs.models.some(({ port }) => ports.has(port))) return { needs, found };
  const apart = new PodNeeds(hosts, ports);
  return { needs: apart, found: find(attempt, apart) };
}

function find(attempt: AgentAttempt, needs: PodNeeds): Found {
  const { workItem, pinned } = attempt;
  const context: ModelContext = { world: pinned, needs, namespace: workItem.metadata.namespace ?? '' };
  switch (attempt.start.step.type) {
    case 'llm_agent':
      return findAgent(attempt, context);
    case 'llm_flow':
      return findFlow(attempt, context);
    case 'council':
      return findCouncil(attempt, context);
    default:
      return findMethodCall(attempt, needs);
  }
}

type StepOf<Type extends StartAttempt['step']['type']> = Extract<StartAttempt['step'], { type: Type }>;

function roleOf({ start: { step, role: name }, pinned }: AgentAttempt, needs: PodNeeds): AgentRole | undefined {
  const role = pinned.roles.find(({ metadata }) => metadata.name === name);
  if (role === undefined && step.role !== undefined)
    needs.fail({ reason: 'RoleNotFound', message: `there is no AgentRole '${step.role}'` });
  return role;
}

function findAgent(attempt: AgentAttempt, context: ModelContext): Found {
  const { start, method } = attempt;
  const step = start.step as StepOf<'llm_agent'>;
  const { needs } = context;
  const role = roleOf(attempt, needs);
  if (step.agentConfig?.graph_definition !== undefined) hasMethod(method, step.agentConfig.graph_definition, needs);
  checkInputs(role?.spec.inputSchema, start.inputs, needs);
  return {
    work: withContext(
      resolveAgent({ step, role, method, goal: start.prompt, feedback: start.feedback, context }),
      start,
      [role],
    ),
    limits: completeLimits({ ...role?.spec.limits, ...step.limits }, start.timeoutSeconds),
    ...defined({
      outputSchema: step.outputSchema ?? (method === undefined ? role?.spec.outputSchema : method.spec.outputs),
      configuration: furtherConfiguration(step),
    }),
    ...podFields(role?.spec, step),
  };
}

/** The user's own keys of `agentConfig`. */
function furtherConfiguration({ agentType, agentConfig = {} }: StepOf<'llm_agent'>): JsonObject | undefined {
  const rest = without(agentConfig, 'graph_definition', 'nodes', 'max_iterations') as JsonObject;
  const further = { ...(agentType === undefined ? {} : { agentType }), ...rest };
  return Object.keys(further).length === 0 ? undefined : further;
}

function findFlow(attempt: AgentAttempt, context: ModelContext): Found {
  const { start, method } = attempt;
  const step = start.step as StepOf<'llm_flow'>;
  const { needs } = context;
  if (step.flow !== undefined) hasMethod(method, step.flow, needs);
  checkInputs(method?.spec.inputs, start.inputs, needs);
  const role = roleOf(attempt, needs);
  const flow = resolveFlow({ step, role, method, prompt: start.prompt, feedback: start.feedback, context });
  const work = withContext(flow, start, [role]);
  const maxTurns = requestsOfFlow(work?.completions.length ?? 1, step.limits);
  const outputSchema = step.outputSchema ?? method?.spec.outputs ?? work?.completions.at(-1)?.outputSchema;
  return {
    work,
    limits: completeLimits({ ...step.limits, maxTurns }, start.timeoutSeconds),
    ...defined({ outputSchema }),
    ...podFields(step),
  };
}

function findCouncil({ workItem, start, pinned }: AgentAttempt, context: ModelContext): Found {
  const step = start.step as StepOf<'council'>;
  const council = pinned.councils.find(({ metadata }) => metadata.name === step.council)?.spec;
  if (council === undefined)
    return nothing(context.needs, { reason: 'CouncilNotFound', message: `there is no Council '${step.council}'` });
  const { seat, feedback } = start;
  const identity = [workItem.metadata.uid ?? '', seat?.deliberation ?? start.path];
  const work = resolveCouncil({ step, council, roles: pinned.roles, identity, context, seat });
  return {
    work: work && withContext({ ...work, ...defined({ feedback }) }, start, rolesOfCouncil(council, pinned.roles)),
    limits: limitsOfCouncil(council, start),
    ...podFields(council, step),
  };
}

/** Those of a whole deliberation, or the share of them that one part of it has. */
function limitsOfCouncil(council: CouncilSpec, { seat, timeoutSeconds }: StartAttempt): AgentLimits {
  const most = seat === undefined ? requestsOfCouncil(council) : requestsPerAnswer;
  const maxTurns = Math.min(council.limits?.maxTurns ?? most, most);
  const seconds = Math.min(council.timeoutSeconds ?? timeoutSeconds, timeoutSeconds);
  const share = defined({ maxTokens: seat?.maxTokens });
  return completeLimits({ ...council.limits, ...share, maxTurns, maxToolCalls: 0 }, seconds);
}

function findMethodCall({ start, method }: AgentAttempt, needs: PodNeeds): Found {
  const mcp = method && resolveMethodTool(method, needs);
  if (method === undefined || mcp === undefined) return { work: undefined };
  checkInputs(method.spec.inputs, start.inputs, needs);
  return {
    work: { kind: 'method', method: method.metadata.name, mcp },
    ...defined({ outputSchema: method.spec.outputs }),
    ...podFields(start.step),
  };
}

function nothing(needs: PodNeeds, problem: WorkProblem): Found {
  needs.fail(problem);
  return { work: undefined };
}

function hasMethod(method: Method | undefined, name: string, needs: PodNeeds): void {
  if (method === undefined) needs.fail({ reason: 'MethodNotFound', message: `there is no Method '${name}'` });
}

function checkInputs(schema: JsonObject | undefined, inputs: JsonObject, needs: PodNeeds): void {
  const unfit = schema && checkAgainstSchema(schema, inputs, 'the inputs');
  if (unfit !== undefined) needs.fail({ reason: unfit.code, message: unfit.message });
}

interface PodFields {
  readonly resources?: Resources | undefined;
  readonly placement?: Placement | undefined;
}

/** What the step says comes before its role or Council, field by field, as validation counts it. */
function podFields(...lastFirst: readonly (object | undefined)[]): PodFields {
  const parts = lastFirst as readonly (PodFields | undefined)[];
  const resources = parts.reduce<Resources>((all, part) => ({ ...all, ...part?.resources }), {});
  const placement = parts.reduce<Placement>((all, part) => ({ ...all, ...part?.placement }), {});
  return { resources, placement };
}
