import type { AgentRole } from '../../../api/agent-role.ts';
import type { Council } from '../../../api/council.ts';
import type { Method } from '../../../api/method.ts';
import type { Step } from '../../../api/step/step.ts';
import { modelOfJudge, modelOfMember } from '../../agent/find-model.ts';
import { isError, type Issue, type IssuePath } from '../../issue.ts';
import type { PipelineGraph } from '../../pipeline/step-node.ts';
import { agentRoleOf, calledMethod } from '../called-objects.ts';
import type { WorldIndex } from '../world.ts';
import { hostOf, isAllowedHost, notAllowed } from './allowed.ts';
import { checkMethod } from './check-methods.ts';
import { checkModel, type ModelUse } from './check-models.ts';
import { checkStepRole, checkStepTools } from './check-roles.ts';
import { methodUseOf } from './method-uses.ts';
import { missingObject } from './missing-object.ts';
import { findCouncilIssues, findMethodIssues, findRoleIssues } from './object-references.ts';

/** Level 2 of validation: whether what steps name is there, is of the right kind, and may be used. Paths begin at the spec. */
export function findReferenceIssues({ nodes }: PipelineGraph, index: WorldIndex): Issue[] {
  return nodes.flatMap(({ step, path }) =>
    stepChecks.flatMap((check) => check(step, index)).map((issue) => ({ ...issue, path: [...path, ...issue.path] })),
  );
}

/** Paths of what they find begin at the step. */
const stepChecks: readonly ((step: Step, index: WorldIndex) => Issue[])[] = [
  checkMethod,
  checkStepRole,
  checkStepTools,
  (step, index) => modelsOf(step).flatMap((use) => checkModel(use, index)),
  checkHasModel,
  checkCouncil,
  checkHosts,
  checkUsedObjects,
];

function modelsOf(step: Step): ModelUse[] {
  const ref = 'modelRef' in step ? step.modelRef : undefined;
  const nodes = step.type === 'llm_agent' ? (step.agentConfig?.nodes ?? []) : [];
  return [
    ...(ref === undefined ? [] : [{ name: ref.name, path: ['modelRef', 'name'] }]),
    ...nodes.flatMap((node, position): ModelUse[] => {
      const name = Object.hasOwn(node, 'model') ? node['model'] : undefined;
      return typeof name === 'string' && !name.includes('{{')
        ? [{ name, path: ['agentConfig', 'nodes', position, 'model'], byServedName: true }]
        : [];
    }),
  ];
}

/** A model must be named somewhere: by the step, its role, its flow or its graph. */
function checkHasModel(step: Step, index: WorldIndex): Issue[] {
  if (step.type !== 'llm_flow' && step.type !== 'llm_agent') return [];
  if (step.modelRef !== undefined || mayNameModel(step, index)) return [];
  const who =
    step.role === undefined ? `the step '${step.name}'` : `the step '${step.name}', nor its role '${step.role}',`;
  return [
    {
      code: 'ModelNotNamed',
      ...(!index.world.complete && { severity: 'warning' }),
      path: [],
      message: `nothing says which Model ${who} asks`,
      hint: 'say it in `modelRef`, or name a `role` that does',
    },
  ];
}

/** What is not known may name one. */
function mayNameModel(step: StepOf<'llm_flow' | 'llm_agent'>, index: WorldIndex): boolean {
  const role = step.role === undefined ? undefined : index.role(step.role);
  const isRoleUnknown = step.role !== undefined && role === undefined;
  return isRoleUnknown || role?.spec.modelRef !== undefined || hasModelsOfItsOwn(step, calledMethod(step, index));
}

/** Whether each completion of a flow, or a node of a graph, names one; a Method that is not known is told elsewhere. */
function hasModelsOfItsOwn(step: StepOf<'llm_flow' | 'llm_agent'>, method: Method | undefined): boolean {
  if (step.type === 'llm_agent' && step.agentConfig?.nodes?.some(({ model }) => typeof model === 'string')) return true;
  if (method === undefined) return methodUseOf(step) !== undefined;
  const { spec } = method;
  if (step.type === 'llm_agent')
    return spec.type !== 'graph' || spec.graph.nodes.some(({ modelRef }) => modelRef !== undefined);
  if (spec.type !== 'flow') return true;
  const { modelRef, completions } = spec.flow;
  return modelRef !== undefined || completions.every((completion) => completion.modelRef !== undefined);
}

type StepOf<Type extends Step['type']> = Extract<Step, { type: Type }>;

function checkCouncil(step: Step, index: WorldIndex): Issue[] {
  if (step.type !== 'council') return [];
  const council = index.council(step.council);
  if (council !== undefined) return checkSpeakers(step, council.spec, index);
  const { world } = index;
  const known = world.councils.map(({ metadata }) => metadata.name);
  return [
    missingObject({ code: 'CouncilNotFound', what: 'Council', name: step.council, path: ['council'], known }, world),
  ];
}

/** Whoever speaks in a Council asks a Model that something names. */
function checkSpeakers(step: StepOf<'council'>, council: Council['spec'], index: WorldIndex): Issue[] {
  const { members, roleRef, judge } = council;
  const roleOf = (name: string) => index.role(name)?.spec;
  const speakers = [
    ...(members ?? (roleRef === undefined ? [] : [{ name: undefined, roleRef, modelRef: undefined }])).map(
      (member) => ({
        who: member.name === undefined ? 'its members' : `its member '${member.name}'`,
        role: roleOf(member.roleRef.name),
        modelOf: modelOfMember,
        speaker: member,
      }),
    ),
    ...(judge === undefined
      ? []
      : [{ who: 'its judge', role: roleOf(judge.roleRef.name), modelOf: modelOfJudge, speaker: judge }]),
  ];
  const mute = speakers.filter(
    ({ speaker, role, modelOf }) => role !== undefined && modelOf(speaker, { step, council, role }) === undefined,
  );
  return mute.map(({ who }) => ({
    code: 'ModelNotNamed',
    path: ['council'],
    message: `nothing says which Model the Council '${step.council}' asks for ${who}`,
    hint: 'say it in `modelRef` of the step, the Council, the member or its AgentRole',
  }));
}

/** Hosts that the operator would call for a step. */
function checkHosts(step: Step, { world }: WorldIndex): Issue[] {
  const urls: readonly (readonly [IssuePath, string | undefined])[] = [
    [['delivery', 'url'], step.type === 'output' ? step.delivery?.url : undefined],
    [['http', 'url'], step.type === 'wait_for_asset' ? step.http?.url : undefined],
  ];
  return urls.flatMap(([path, url]) => {
    const host = url === undefined ? undefined : hostOf(url);
    const isAllowed = host === undefined || isAllowedHost(world.tenant?.spec.allowed?.hosts, host);
    return isAllowed ? [] : [notAllowed('host', host, path)];
  });
}

/** Where all there is is known, a step cannot run either when what it uses lacks something itself. */
function checkUsedObjects(step: Step, index: WorldIndex): Issue[] {
  if (!index.world.complete) return [];
  const method = calledMethod(step, index);
  const role = agentRoleOf(step, index);
  const council = step.type === 'council' ? index.council(step.council) : undefined;
  const roles = [...(role === undefined ? [] : [role]), ...(council === undefined ? [] : rolesOf(council, index))];
  return [
    ...(method === undefined
      ? []
      : inside(`Method '${method.metadata.name}'`, methodUseOf(step)?.path ?? [], findMethodIssues(method, index))),
    ...roles.flatMap((each) =>
      inside(`AgentRole '${each.metadata.name}'`, each === role ? ['role'] : ['council'], findRoleIssues(each, index)),
    ),
    ...(council === undefined
      ? []
      : inside(`Council '${council.metadata.name}'`, ['council'], findCouncilIssues(council, index))),
  ];
}

/** Roles of those who speak in a Council, each once; those that are not there are told with the Council. */
function rolesOf({ spec: { members = [], roleRef, judge } }: Council, index: WorldIndex): readonly AgentRole[] {
  const names = [...members.map((member) => member.roleRef.name), roleRef?.name, judge?.roleRef.name];
  return [...new Set(names)].flatMap((name) => (name === undefined ? [] : (index.role(name) ?? [])));
}

function inside(what: string, path: IssuePath, issues: readonly Issue[]): Issue[] {
  return issues.filter(isError).map((issue) => ({ ...issue, path, message: `the ${what}: ${issue.message}` }));
}
