import type { AgentRole } from '../../api/agent-role.ts';
import { digest } from '../../api/fields.ts';
import type { Method } from '../../api/method.ts';
import type { AgentWork } from '../../api/runner-work.ts';
import type { Step } from '../../api/step/step.ts';
import { defined } from '../defined.ts';
import type { StartAttempt } from '../work-item/work-item-plan.ts';
import { modelNameOf } from './find-model.ts';
import type { PodNeeds } from './pod-needs.ts';
import { modelsOfGraph, resolveGraph } from './resolve-graph.ts';
import { type ModelContext, resolveModel } from './resolve-model.ts';
import { resolveRole, resolveTools } from './resolve-role.ts';

type AgentStep = Extract<Step, { type: 'llm_agent' }>;

/** What the work of an agent is resolved from. */
export interface AgentParts {
  readonly step: AgentStep;
  readonly role: AgentRole | undefined;
  /** The graph that it works by, where it names one. */
  readonly method: Method | undefined;
  /** Its goal in pieces. */
  readonly goal: StartAttempt['prompt'];
  readonly feedback: string | undefined;
  readonly context: ModelContext;
}

/** What an agent is given to do. */
export function resolveAgent({ step, role, method, goal, feedback, context }: AgentParts): AgentWork | undefined {
  const graph = resolveGraph(step, method, context);
  // Where only nodes name Models, what is asked beside them is the first of these.
  const name = modelNameOf(step, role?.spec) ?? modelsOfGraph(step, method)[0];
  const model = resolveModel(name, `the step '${step.name}'`, context);
  const tools = resolveTools(role, step.tools, context.needs);
  const workspace = resolveWorkspace(step, context.needs);
  if (model === undefined) return undefined;
  return {
    ...{ kind: 'agent', role: { ...(role === undefined ? {} : resolveRole(role)), tools, model } },
    ...defined({ goal: goal && [...goal], feedback, graph, workspace }),
  };
}

function resolveWorkspace({ workspace }: AgentStep, needs: PodNeeds): AgentWork['workspace'] {
  if (workspace === undefined) return undefined;
  const { git, artifact } = workspace;
  if (artifact !== undefined && !digest('').safeParse(artifact).success) {
    const message = `\`workspace.artifact\` must be the digest of an artifact, and came to '${artifact.slice(0, 100)}'`;
    needs.fail({ reason: 'InputInvalid', message });
    return undefined;
  }
  if (git !== undefined) needs.reaches(git.url, 'the `workspace.git.url` of the step');
  return defined({ git: git && resolveGit(git, needs), artifact });
}

type Git = NonNullable<NonNullable<AgentStep['workspace']>['git']>;

function resolveGit({ credentialsRef, ...git }: Git, needs: PodNeeds) {
  return { ...git, ...defined({ tokenVariable: credentialsRef && needs.secret(credentialsRef) }) };
}
