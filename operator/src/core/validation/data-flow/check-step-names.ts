import type { Issue, IssuePath } from '../../issue.ts';
import { isVisibleFrom } from '../../pipeline/scope-rules.ts';
import type { StepNode } from '../../pipeline/step-node.ts';
import type { DataFlow } from './data-flow.ts';
import type { KnownNames } from './known-names.ts';
import { problemIssue } from './reference-uses.ts';
import { isExitStep } from './wait-graph.ts';

/** What is wrong with the steps that steps name outside of templates: `dependsOn`, `check`, routes, fallbacks, … */
export function checkStepNames(flow: DataFlow, names: KnownNames): Issue[] {
  return flow.graph.nodes.flatMap((node) => [
    ...(node.step.dependsOn ?? []).flatMap((name, index) =>
      checkName(flow, names, { name, node, path: ['dependsOn', index], rule: checkDependency }),
    ),
    ...activationsOf(node).flatMap(({ name, path }) =>
      checkName(flow, names, {
        name,
        node,
        path,
        rule: path[0] === 'compensate' ? checkCompensation : checkActivation,
      }),
    ),
    ...returnsOf(node).flatMap(({ name, path }) => checkName(flow, names, { name, node, path, rule: checkReturn })),
  ]);
}

interface NamedStep {
  readonly name: string;
  readonly node: StepNode;
  /** From the step on. */
  readonly path: IssuePath;
  /** What must hold between the step that is named and the one that names it. */
  readonly rule: (target: StepNode, from: StepNode) => Omit<Issue, 'path'> | undefined;
}

function checkName({ graph }: DataFlow, names: KnownNames, { name, node, path, rule }: NamedStep): Issue[] {
  const target = graph.byName.get(name);
  const place = [...node.path, ...path];
  if (target === undefined) return [problemIssue(names.notFound(name, node), place)];
  const issue = rule(target, node);
  return issue === undefined ? [] : [{ ...issue, path: place }];
}

function checkDependency(target: StepNode, from: StepNode): Omit<Issue, 'path'> | undefined {
  if (!isVisibleFrom(target, from)) return insideLoop(target);
  return isExitStep(target) && !isExitStep(from) ? exitStepAhead(target) : undefined;
}

function checkActivation(target: StepNode, from: StepNode): Omit<Issue, 'path'> | undefined {
  if (target.loop === from.loop && isExitStep(target) === isExitStep(from)) return undefined;
  const where = (node: StepNode) => {
    if (node.loop !== undefined) return `inside the loop '${node.loop.name}'`;
    return isExitStep(node) ? 'among the exit steps' : 'outside';
  };
  return {
    code: 'ActivationOutOfReach',
    message: `'${from.name}' stands ${where(from)} and cannot activate '${target.name}' ${where(target)}`,
    hint: 'a step activates only steps of the same loop body, and exit steps only exit steps; move one of the two',
  };
}

/** Steps inside loops are not undone at all, wherever the step stands that would: that is told elsewhere. */
function checkCompensation(target: StepNode, from: StepNode): Omit<Issue, 'path'> | undefined {
  if (from.loop !== undefined) return undefined;
  return checkActivation(target, from) ?? checkPlaceOfCompensation(target, from);
}

/** Undoing comes after everything in `steps` has ended, the parts of steps with them, and before the exit steps. */
function checkPlaceOfCompensation(target: StepNode, from: StepNode): Omit<Issue, 'path'> | undefined {
  const code = 'CompensationOutOfPlace';
  if (isExitStep(from)) {
    const message = `'${from.name}' is an exit step, and these are not undone: '${target.name}' would never run`;
    return { code, message, hint: 'leave `compensate` out' };
  }
  if (target.parent === undefined) return undefined;
  const message = `'${target.name}' stands inside '${target.parent.name}', and would never run to undo '${from.name}'`;
  return { code, message, hint: `move '${target.name}' to the top of \`steps\`` };
}

function checkReturn(target: StepNode): Omit<Issue, 'path'> | undefined {
  if (target.loop !== undefined) return insideLoop(target);
  return isExitStep(target) ? exitStepAhead(target) : undefined;
}

/** A step inside a loop, named from outside of it. */
export function insideLoop({ name, loop }: StepNode): Omit<Issue, 'path'> {
  const loopName = loop?.name ?? '';
  return {
    code: 'StepInsideLoop',
    message: `step '${name}' stands inside the loop '${loopName}': outside of it there is one for each iteration`,
    hint: `depend on '${loopName}', and take its results by {{${loopName}.results[*].${name}.<field>}}`,
  };
}

/** An exit step, named by a step that runs before all exit steps. */
export function exitStepAhead({ name }: StepNode): Omit<Issue, 'path'> {
  return {
    code: 'ExitStepAhead',
    message: `'${name}' is an exit step: it runs when all other steps have ended`,
    hint: 'name a step of `steps`, or move this step to `onExit`',
  };
}

interface Named {
  readonly name: string;
  readonly path: IssuePath;
}

/** The steps that a step can activate. */
export function activationsOf({ step }: StepNode): Named[] {
  const { check = [], onSuccess, onError, compensate } = step;
  return [
    ...check.map(({ run }, index) => ({ name: run, path: ['check', index, 'run'] })),
    ...(onSuccess?.routes ?? []).flatMap(({ run }, index) =>
      run === undefined ? [] : [{ name: run, path: ['onSuccess', 'routes', index, 'run'] }],
    ),
    ...(onError?.fallbackStep === undefined ? [] : [{ name: onError.fallbackStep, path: ['onError', 'fallbackStep'] }]),
    ...(compensate === undefined ? [] : [{ name: compensate, path: ['compensate'] }]),
  ];
}

/** The steps that a step can send the run back to. */
export function returnsOf({ step }: StepNode): Named[] {
  if (step.type === 'approval' && step.returnTo !== undefined) return [{ name: step.returnTo, path: ['returnTo'] }];
  if (step.type === 'validation' && step.onFailure !== undefined)
    return [{ name: step.onFailure.returnTo, path: ['onFailure', 'returnTo'] }];
  return [];
}
