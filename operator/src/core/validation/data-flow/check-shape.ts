import type { Issue } from '../../issue.ts';
import type { StepNode } from '../../pipeline/step-node.ts';
import type { DataFlowCheck } from './data-flow.ts';

/** Steps inside steps inside steps: loops, groups, branches and routes around a step. */
const DEEPEST = 8;

/** The first step of each nest that is deeper than is allowed. */
export const findDeepNests: DataFlowCheck = ({ graph }) =>
  graph.nodes
    .filter((node) => depthOf(node) === DEEPEST + 1)
    .map(({ name, path }) => ({
      code: 'StepsNestedTooDeep',
      path,
      message: `step '${name}' stands inside ${DEEPEST + 1} others; ${DEEPEST} is the most`,
      hint: 'give the inner steps a Pipeline of their own, or one branch less',
    }));

function depthOf({ parent }: StepNode): number {
  let depth = 0;
  for (let outer = parent; outer !== undefined; outer = outer.parent) depth++;
  return depth;
}

/** Fields that do nothing on a step of these types, because nothing is tried again or computed. */
const controlTypes = ['loop', 'parallel_group', 'conditional', 'approval'];

/** Fields that have no effect where they stand. */
export const findIneffectiveFields: DataFlowCheck = ({ graph }) =>
  graph.nodes.flatMap(({ step, path }) => {
    if (!controlTypes.includes(step.type)) return [];
    return (['retryPolicy', 'cache'] as const)
      .filter((field) => step[field] !== undefined)
      .map((field): Issue => ({
        code: 'NoEffect',
        severity: 'warning',
        path: [...path, field],
        message: `\`${field}\` has no effect on a step of type ${step.type}`,
        hint: 'say it on the steps that do the work',
        atKey: true,
      }));
  });

/** Modes that the language has and nothing executes yet: the step would fail. */
export const findModesNotServed: DataFlowCheck = ({ graph }) =>
  graph.nodes.flatMap(({ step, path }) => {
    if (step.type !== 'llm_flow' || step.executionMode !== 'api') return [];
    const message = 'a step of type llm_flow cannot run in the mode api yet';
    return [
      {
        code: 'ModeNotServed',
        path: [...path, 'executionMode'],
        message,
        hint: 'leave `executionMode` out: it runs as a pod',
      },
    ];
  });

/** Steps of loops that name a step that undoes them: iterations are not undone one by one. */
export const findCompensatedIterations: DataFlowCheck = ({ graph }) =>
  graph.nodes.flatMap(({ step, name, path, loop }) => {
    if (loop === undefined || step.compensate === undefined) return [];
    const message = `step '${name}' runs once for each item of the loop '${loop.name}', and cannot be undone one by one`;
    const hint = `say \`compensate\` on the loop '${loop.name}': its step can take the results of all iterations`;
    return [{ code: 'CompensationInsideLoop', path: [...path, 'compensate'], message, hint, atKey: true }];
  });

/** Steps that undo others but also run by themselves. */
export const findLooseCompensations: DataFlowCheck = ({ graph }) =>
  graph.nodes
    .filter(
      ({ step, activators }) => step.isChild !== true && activators.some(({ through }) => through === 'compensate'),
    )
    .map(({ name, path }) => ({
      code: 'RunsAnyway',
      severity: 'warning',
      path,
      message: `step '${name}' is to undo another one, but runs by itself too`,
      hint: 'say `isChild: true`: then it runs only when something has to be undone',
    }));
