import { gateName } from '../../../api/names.ts';
import type { Issue, IssuePath } from '../../issue.ts';
import { gateOfTransition } from '../../lifecycle/definition.ts';
import { definitionOf } from '../../lifecycle/definition-of.ts';
import { quote } from '../../quote.ts';
import type { StepNode } from '../../pipeline/step-node.ts';
import type { DataFlow, DataFlowCheck } from './data-flow.ts';
import { isExitStep } from './wait-graph.ts';

/** Gates that the admission policies can look at in one WorkItem. */
const MOST_GATES = 16;

/** A place where people decide. */
interface Gate {
  readonly name: string;
  /** Where it is named, or what it gets its name from. */
  readonly path: IssuePath;
  readonly node?: StepNode;
}

const gateNames = gateName('');

/** Gates that cannot be: with a bad name, a name of another, inside loops, in exit steps, or too many of them. */
export const findGateIssues: DataFlowCheck = (flow) => {
  const gates = gatesOf(flow);
  return [
    ...gates.flatMap(({ name, path }) => (gateNames.safeParse(name).success ? [] : [badName(name, path)])),
    ...duplicates(gates),
    ...gates.flatMap(misplaced),
    ...gates.slice(MOST_GATES, MOST_GATES + 1).map(({ path }) => tooMany(gates.length, path)),
  ];
};

function gatesOf({ spec, graph }: DataFlow): Gate[] {
  const { transitions = [] } = (spec.lifecycle && definitionOf(spec.lifecycle)) ?? {};
  const isPreset = spec.lifecycle?.preset !== undefined;
  return [
    ...(spec.execution.mode === 'safe' ? [{ name: 'start', path: ['execution', 'mode'] }] : []),
    ...transitions.flatMap((transition, index): Gate[] => {
      const { gate, approvals } = transition;
      const own = ['lifecycle', 'definition', 'transitions', index, gate === undefined ? 'action' : 'gate'];
      const path = isPreset ? ['lifecycle', 'preset'] : own;
      return approvals === undefined ? [] : [{ name: gateOfTransition(transition), path }];
    }),
    ...graph.nodes.flatMap(gateOfStep),
  ];
}

function gateOfStep(node: StepNode): Gate[] {
  const { step, name, path } = node;
  if (step.type === 'approval')
    return step.gate === undefined
      ? [{ name: asGate(name), path: [...path, 'name'], node }]
      : [{ name: step.gate, path: [...path, 'gate'], node }];
  if (step.type !== 'validation' || step.onFailure === undefined) return [];
  return [{ name: step.onFailure.gate, path: [...path, 'onFailure', 'gate'], node }];
}

/** The name of a gate that is not given one. */
export function asGate(name: string): string {
  return name.toLowerCase().replaceAll('_', '-');
}

function badName(name: string, path: IssuePath): Issue {
  return {
    code: 'InvalidGateName',
    path,
    message: `the gate would be called ${quote(name)}, which does not fit into an annotation`,
    hint: 'give it a `gate` of its own: up to 30 lower-case letters, digits and dashes, no dash first',
  };
}

function duplicates(gates: readonly Gate[]): Issue[] {
  const seen = new Set<string>();
  return gates.flatMap(({ name, path }) => {
    if (!seen.has(name)) {
      seen.add(name);
      return [];
    }
    const message = `there is a gate ${quote(name)} already`;
    const hint =
      name === 'start' ? '`start` is the gate of safe mode' : 'a decision names its gate: give each one its own `gate`';
    return [{ code: 'DuplicateGate', path, message, hint }];
  });
}

function misplaced({ name, path, node }: Gate): Issue[] {
  if (node === undefined) return [];
  const where = whereMisplaced(node);
  if (where === undefined) return [];
  const message = `the gate ${quote(name)} ${where}, where nobody can be asked`;
  return [{ code: 'GateOutOfPlace', path, message, hint: 'ask before or after it, in a step of its own' }];
}

function whereMisplaced(node: StepNode): string | undefined {
  if (node.loop !== undefined) return `stands inside the loop '${node.loop.name}'`;
  if (isExitStep(node)) return 'belongs to an exit step';
  return node.activators.some(({ through }) => through === 'compensate') ? 'belongs to a compensation' : undefined;
}

function tooMany(count: number, path: IssuePath): Issue {
  return {
    code: 'TooManyGates',
    path,
    message: `there are ${count} gates; one WorkItem may have ${MOST_GATES}`,
    hint: 'ask for several things at one gate, or split the Pipeline',
  };
}
