import type { AgentLimits } from '../../api/agent.ts';
import type { AgentRole } from '../../api/agent-role.ts';
import type { CouncilSpec } from '../../api/council.ts';
import type { MethodSpec } from '../../api/method.ts';
import type { Model } from '../../api/model.ts';
import type { Step } from '../../api/step/step.ts';
import { findModel, modelNameOf, modelOfJudge, modelOfMember } from '../agent/find-model.ts';
import { modelOfSeat } from '../agent/find-speaker.ts';
import { defaultLimits, requestsOfCouncil, requestsOfFlow, requestsPerAnswer } from '../agent/limits.ts';
import type { CouncilSeat } from '../council/seats.ts';
import { type EstimateWorld, methodsOf, type Named, rolesOf } from './estimate-world.ts';

/** What one attempt of a step may ask of language models. */
export interface ModelDemand {
  /** Requests at most, those to mend an answer included. */
  readonly requests: number;
  readonly limits: AgentLimits;
  /** The Models that may be asked. */
  readonly models: readonly Model[];
  /** What is not known, in words. */
  readonly unknown: readonly string[];
}

/** What a step may ask of language models; undefined for a step that asks none. */
export function modelDemandOf(step: Step, world: EstimateWorld): ModelDemand | undefined {
  switch (step.type) {
    case 'llm_agent':
      return agentDemand(step, world);
    case 'llm_flow':
      return flowDemand(step, world);
    case 'council':
      return councilDemand(step, world);
    default:
      return undefined;
  }
}

/** A part of a deliberation in pods, and the share of the Council's tokens that it has. */
export interface SeatCase {
  readonly seat: CouncilSeat;
  readonly maxTokens: number;
}

type StepOf<Type extends Step['type']> = Extract<Step, { type: Type }>;

function agentDemand(step: StepOf<'llm_agent'>, world: EstimateWorld): ModelDemand {
  const roles = rolesOf(step, world);
  const graphs = methodsOf(step, world);
  const limits = { ...roles.found[0]?.spec.limits, ...step.limits };
  const ofNodes = [...nodeModels(step), ...graphs.found.flatMap(({ spec }) => graphModels(spec))];
  const names = [ownModel(step, roles), ...ofNodes];
  return demand({ requests: turnsOf(limits), limits, names, missing: [...roles.missing, ...graphs.missing] }, world);
}

const turnsOf = ({ maxTurns }: AgentLimits) => maxTurns ?? defaultLimits.maxTurns;

/** The model that a step names, else that of its role. */
const ownModel = ({ modelRef }: StepOf<'llm_agent' | 'llm_flow'>, roles: Named<AgentRole>) =>
  modelRef?.name ?? roles.found[0]?.spec.modelRef?.name;

const nodeModels = ({ agentConfig }: StepOf<'llm_agent'>) =>
  (agentConfig?.nodes ?? []).map(({ model }) => (typeof model === 'string' ? model : undefined));

const graphModels = (spec: MethodSpec) =>
  spec.type === 'graph' ? spec.graph.nodes.map(({ modelRef }) => modelRef?.name) : [];

function flowDemand(step: StepOf<'llm_flow'>, world: EstimateWorld): ModelDemand {
  const roles = rolesOf(step, world);
  const methods = methodsOf(step, world);
  const own = ownModel(step, roles);
  const flows = methods.found.flatMap(({ spec }) => (spec.type === 'flow' ? [spec.flow] : []));
  const names = flows.flatMap(({ modelRef, completions }) =>
    completions.map((completion) => modelNameOf(completion, step, { modelRef }) ?? own),
  );
  const answers = Math.max(1, ...flows.map(({ completions }) => completions.length));
  const limits = step.limits ?? {};
  const requests = requestsOfFlow(answers, limits);
  const missing = [...roles.missing, ...methods.missing];
  return demand({ requests, limits, names: names.length === 0 ? [own] : names, missing }, world);
}

function councilDemand(step: StepOf<'council'>, world: EstimateWorld): ModelDemand {
  const spec = world.councils.find(({ metadata }) => metadata.name === step.council)?.spec;
  if (spec === undefined) {
    const missing = [`Council '${step.council}'`];
    return demand({ requests: Number.POSITIVE_INFINITY, limits: {}, names: [], missing }, world);
  }
  const names = councilModels(step, spec, world);
  const requests = requestsOfCouncil(spec);
  return demand({ requests, limits: spec.limits ?? {}, names, missing: [] }, world);
}

/** What one part of a deliberation in pods may ask: one answer, of one Model. */
export function seatDemand(step: Step, { seat, maxTokens }: SeatCase, world: EstimateWorld): ModelDemand {
  const council = world.councils.find(({ metadata }) => step.type === 'council' && metadata.name === step.council);
  const limits = { ...council?.spec.limits, maxTokens };
  const requests = Math.min(requestsPerAnswer, limits.maxTurns ?? Infinity);
  return demand({ requests, limits, names: [modelOfSeat(step, seat, world)], missing: [] }, world);
}

/** The Models of all that speak, as the runner is told them. */
function councilModels(step: StepOf<'council'>, council: CouncilSpec, { roles }: EstimateWorld) {
  const { members, roleRef, judge } = council;
  const specOf = (name: string) => roles.find(({ metadata }) => metadata.name === name)?.spec;
  const shared = roleRef === undefined ? [] : [{ roleRef, modelRef: undefined }];
  const ofMembers = [...(members ?? []), ...shared].map((member) =>
    modelOfMember(member, { step, council, role: specOf(member.roleRef.name) }),
  );
  return [
    ...ofMembers,
    ...(judge === undefined ? [] : [modelOfJudge(judge, { step, council, role: specOf(judge.roleRef.name) })]),
  ];
}

interface Asked {
  readonly requests: number;
  readonly limits: AgentLimits;
  /** Models by name; undefined where none is named. */
  readonly names: readonly (string | undefined)[];
  /** Other things that are not known, in words. */
  readonly missing: readonly string[];
}

function demand({ requests, limits, names, missing }: Asked, world: EstimateWorld): ModelDemand {
  const wanted = [...new Set(names.filter((name) => name !== undefined))];
  const unknown = [...missing];
  const found: Model[] = [];
  for (const name of wanted) {
    const model = findModel(world, name);
    if (model === undefined) unknown.push(`Model '${name}'`);
    else found.push(model);
  }
  if (wanted.length === 0 && missing.length === 0) unknown.push('the Model that is asked');
  return { requests, limits, models: found, unknown };
}
