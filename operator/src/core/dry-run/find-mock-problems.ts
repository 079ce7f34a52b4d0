import type { StepType } from '../../api/step/step.ts';
import type { ActionMock } from '../../api/mocks.ts';
import type { Lifecycle } from '../../api/lifecycle.ts';
import { defined } from '../defined.ts';
import type { PathlessIssue } from '../document/placed-issue.ts';
import type { Issue } from '../issue.ts';
import { systemRole } from '../lifecycle/definition.ts';
import { definitionOf } from '../lifecycle/definition-of.ts';
import { gateNameOf, startGate } from '../pipeline/gate-name.ts';
import type { PipelineGraph, StepNode } from '../pipeline/step-node.ts';
import { clip } from '../quote.ts';
import { nearestName } from '../validation/nearest-name.ts';
import type { MockPattern } from './mock-pattern.ts';

/** What happens inside the planner really happens, so that it needs no mock. */
const reallyRun: ReadonlyMap<StepType, string> = new Map([
  ['loop', 'a loop really runs: mock its steps'],
  ['parallel_group', 'a group really runs: mock its steps'],
  ['conditional', 'a condition is really evaluated: mock the steps that it reads'],
  ['validation', 'a validation really runs: mock the steps that it checks'],
  ['approval', 'what people decide stands under approvals'],
]);

/** Why a mock speaks of no step, or of none that can be mocked. `fields` are names that may have been meant as well. */
export function findPatternProblem(
  pattern: MockPattern,
  graph: PipelineGraph,
  fields: readonly string[],
): PathlessIssue | undefined {
  const steps = graph.nodes.filter(pattern.fits);
  if (steps.length === 0) return unknownStep(pattern, graph, fields);
  if (steps.some(({ step }) => !reallyRun.has(step.type))) return undefined;
  const [{ name, step }] = steps as [StepNode];
  const hint = step.type === 'approval' ? `write approvals: {${gateNameOf(step)}: approved}` : undefined;
  const message = `${name} cannot be mocked: ${reallyRun.get(step.type) ?? ''}`;
  return { code: 'StepNotMockable', message, atKey: true, ...defined({ hint }) };
}

function unknownStep(
  { text, isPath }: MockPattern,
  { nodes }: PipelineGraph,
  fields: readonly string[],
): PathlessIssue {
  const steps = nodes.map(isPath ? structuralPath : ({ name }) => name);
  const wanted = isPath ? text.replace(/\[\d+\]/g, '[*]') : text;
  return notFound('Step', text, { known: steps, nearest: nearestName(wanted, [...steps, ...fields]) });
}

/** Names that a message lists. */
const mostNames = 40;

function notFound(
  kind: 'Step' | 'Gate' | 'Action',
  name: string,
  { known, nearest }: { readonly known: readonly string[]; readonly nearest: string | undefined },
): PathlessIssue {
  const listed = known.length > mostNames ? [...known.slice(0, mostNames), '…'] : known;
  return {
    code: `${kind}NotFound`,
    message: `${kind} '${clip(name)}' not found. ${kind}s: ${listed.join(', ')}`,
    atKey: true,
    ...defined({ hint: nearest && `did you mean ${nearest}?` }),
  };
}

/** The path of a step with every iteration open: `outer[*].inner[*].step`. */
function structuralPath({ name, loop }: StepNode): string {
  return loop === undefined ? name : `${structuralPath(loop)}[*].${name}`;
}

/** The gate that a name stands for: its own, or that of a step that asks people; or why there is none. */
export function findGate(
  name: string,
  graph: PipelineGraph,
  others: readonly string[],
): { readonly gate: string } | PathlessIssue {
  const known = [...gatesOf(graph), ...others];
  if (known.includes(name)) return { gate: name };
  const step = graph.byName.get(name)?.step;
  if (step !== undefined && asksPeople(step)) return { gate: gateNameOf(step) };
  return notFound('Gate', name, { known, nearest: nearestName(name, known) });
}

/** Gates that a run of the pipeline may come to. */
function gatesOf({ nodes }: PipelineGraph): readonly string[] {
  return [startGate, ...nodes.filter(({ step }) => asksPeople(step)).map(({ step }) => gateNameOf(step))];
}

const asksPeople = (step: StepNode['step']) =>
  step.type === 'approval' || (step.type === 'validation' && step.onFailure !== undefined);

/** Why people cannot take an action: the lifecycle has none of that name, or only the operator takes it. */
export function findActionProblem(name: string, lifecycle: Lifecycle | undefined): PathlessIssue | undefined {
  const known = actionsOfPeople(lifecycle);
  return known.has(name)
    ? undefined
    : notFound('Action', name, { known: [...known.keys()], nearest: nearestName(name, [...known.keys()]) });
}

/** Roles in which nobody takes an action that people take; paths begin at its mock. */
export function findRoleProblems(name: string, mock: ActionMock, lifecycle: Lifecycle | undefined): Issue[] {
  const roles = actionsOfPeople(lifecycle).get(name) ?? [];
  const said = Array.isArray(mock) ? mock.map((each, index) => ({ each, at: [index] })) : [{ each: mock, at: [] }];
  return said.flatMap(({ each, at }): Issue[] => {
    if (each === 'done' || each.role === undefined || roles.includes(each.role)) return [];
    const message = `the role '${each.role}' cannot take the action ${name}`;
    return [{ code: 'RoleNotAsked', path: [...at, 'role'], message, hint: `it is for ${roles.join(', ')}` }];
  });
}

/** The actions that people take, and the roles in which they do. */
function actionsOfPeople(lifecycle: Lifecycle | undefined): ReadonlyMap<string, readonly string[]> {
  const { transitions = [] } = (lifecycle && definitionOf(lifecycle)) ?? {};
  const actions = new Map<string, readonly string[]>();
  for (const { action, roles } of transitions) {
    const people = roles.filter((role) => role !== systemRole);
    if (people.length > 0) actions.set(action, [...new Set([...(actions.get(action) ?? []), ...people])]);
  }
  return actions;
}
