import type { StepType } from '../../api/step/step.ts';
import type { PathlessIssue } from '../document/placed-issue.ts';
import { gateNameOf, startGate } from '../pipeline/gate-name.ts';
import type { PipelineGraph, StepNode } from '../pipeline/step-node.ts';
import { quote } from '../quote.ts';
import { suggestName } from '../validation/nearest-name.ts';
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
  return { code: 'StepNotMockable', message, atKey: true, ...(hint === undefined ? {} : { hint }) };
}

function unknownStep({ text, isPath }: MockPattern, graph: PipelineGraph, fields: readonly string[]): PathlessIssue {
  const known = isPath ? graph.nodes.map(structuralPath) : [...graph.nodes.map(({ name }) => name), ...fields];
  const wanted = isPath ? text.replace(/\[\d+\]/g, '[*]') : text;
  const hint = suggestName(wanted, known, 'steps');
  const message = `${quote(text)} names no step of the pipeline`;
  return { code: 'UnknownStep', message, atKey: true, ...(hint === undefined ? {} : { hint }) };
}

/** The path of a step with every iteration open: `outer[*].inner[*].step`. */
function structuralPath({ name, loop }: StepNode): string {
  return loop === undefined ? name : `${structuralPath(loop)}[*].${name}`;
}

/** Why no decision can be taken at a gate of this name. */
export function findGateProblem(gate: string, graph: PipelineGraph): PathlessIssue | undefined {
  const known = gatesOf(graph);
  if (known.includes(gate)) return undefined;
  const step = graph.byName.get(gate)?.step;
  const meant = step !== undefined && asksPeople(step) ? `the gate of ${gate} is ${gateNameOf(step)}` : undefined;
  const hint = meant ?? suggestName(gate, known, 'gates');
  const message = `${quote(gate)} is no gate of the pipeline`;
  return { code: 'UnknownGate', message, atKey: true, ...(hint === undefined ? {} : { hint }) };
}

/** Gates that a run of the pipeline may come to. */
function gatesOf({ nodes }: PipelineGraph): readonly string[] {
  return [startGate, ...nodes.filter(({ step }) => asksPeople(step)).map(({ step }) => gateNameOf(step))];
}

const asksPeople = (step: StepNode['step']) =>
  step.type === 'approval' || (step.type === 'validation' && step.onFailure !== undefined);
