import { gateName } from '../../../api/names.ts';
import type { Issue, IssuePath } from '../../issue.ts';
import { gateOfTransition } from '../../lifecycle/definition.ts';
import { definitionOf } from '../../lifecycle/definition-of.ts';
import { quote } from '../../quote.ts';
import { findMethod, methodNameOf } from '../../pipeline/step-methods.ts';
import type { StepNode } from '../../pipeline/step-node.ts';
import type { WorldIndex } from '../world.ts';
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
  /** Opened only when the answer of a call is lost; it has the name of its step and cannot have another. */
  readonly isForLostAnswer?: boolean;
}

const gateNames = gateName('');

/** Gates that cannot be: with a bad name, a name of another, inside loops, in exit steps, or too many of them. */
export const findGateIssues: DataFlowCheck = (flow) => {
  const gates = gatesOf(flow);
  return [
    ...gates.flatMap((gate) => (gateNames.safeParse(gate.name).success ? [] : [badName(gate)])),
    ...duplicates(gates),
    ...gates.flatMap(misplaced),
    ...gates.slice(MOST_GATES, MOST_GATES + 1).map(({ path }) => tooMany(gates.length, path)),
  ];
};

function gatesOf({ spec, graph, world }: DataFlow): Gate[] {
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
    ...graph.nodes.flatMap((node) => [...gateOfStep(node), ...gateOfLostAnswer(node, world)]),
  ];
}

/** The gate at which people say whether a call is made again whose answer was lost. Iterations have none. */
function gateOfLostAnswer({ step, name, path, loop }: StepNode, { world }: WorldIndex): Gate[] {
  const called = loop === undefined ? methodNameOf(step) : undefined;
  const { onUnknown, idempotent } = (called === undefined ? undefined : findMethod(world.methods, called))?.spec ?? {};
  if (onUnknown !== 'gate' || idempotent === true) return [];
  return [{ name: asGate(name), path: [...path, 'name'], isForLostAnswer: true }];
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

const gateRule = 'up to 30 lower-case letters, digits and dashes, no dash first';

function badName({ name, path, isForLostAnswer }: Gate): Issue {
  const message = `the gate would be called ${quote(name)}, which does not fit into an annotation`;
  if (isForLostAnswer !== true)
    return { code: 'InvalidGateName', path, message, hint: `give it a \`gate\` of its own: ${gateRule}` };
  const hint = `give the step another name: ${gateRule}; its Method asks people when an answer is lost (\`onUnknown: gate\`)`;
  return { code: 'InvalidGateName', path, message, hint };
}

function duplicates(gates: readonly Gate[]): Issue[] {
  const seen = new Set<string>();
  return gates.flatMap(({ name, path, isForLostAnswer }) => {
    if (!seen.has(name)) {
      seen.add(name);
      return [];
    }
    const message = `there is a gate ${quote(name)} already`;
    const hint = hintFor(name, isForLostAnswer);
    return [{ code: 'DuplicateGate', path, message, hint }];
  });
}

function hintFor(name: string, isForLostAnswer: boolean | undefined): string {
  if (isForLostAnswer === true)
    return 'give the step another name: its Method asks people when an answer is lost (`onUnknown: gate`)';
  return name === 'start'
    ? '`start` is the gate of safe mode'
    : 'a decision names its gate: give each one its own `gate`';
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
