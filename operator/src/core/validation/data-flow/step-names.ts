import type { Issue, IssuePath } from '../../issue.ts';
import { loopsAround, reservedNames } from '../../pipeline/scope-rules.ts';
import type { StepNode } from '../../pipeline/step-node.ts';
import type { DataFlow, DataFlowCheck } from './data-flow.ts';

/** Names that two steps share, wherever they stand: templates and decisions could mean either. */
export const findDuplicateSteps: DataFlowCheck = ({ graph }) =>
  graph.duplicates.map(({ name, path }) => ({
    code: 'DuplicateStep',
    path: [...path, 'name'],
    message: `another step is called '${name}' already`,
    hint: 'names of steps are unique in the whole Pipeline, steps inside steps and exit steps included',
  }));

/** Names of steps and loop variables that stand for something else already. */
export const findTakenNames: DataFlowCheck = (flow) =>
  flow.graph.nodes.flatMap((node) => [...takenStepName(node), ...takenVariables(node, flow)]);

const isReserved = (name: string) => (reservedNames as readonly string[]).includes(name);

function takenStepName({ name, path }: StepNode): Issue[] {
  return isReserved(name) ? [taken([...path, 'name'], `'${name}' cannot be the name of a step`)] : [];
}

function takenVariables(node: StepNode, flow: DataFlow): Issue[] {
  const { step, path } = node;
  if (step.type !== 'loop') return [];
  const { loopVariable } = step;
  const outer = new Set(
    loopsAround(node).flatMap((loop) =>
      loop.step.type === 'loop' ? [loop.step.loopVariable, `${loop.step.loopVariable}_index`] : [],
    ),
  );
  for (const name of [loopVariable, `${loopVariable}_index`]) {
    const owner = ownerOf(name, outer, flow);
    if (owner !== undefined)
      return [taken([...path, 'loopVariable'], `inside this loop '${name}' would hide ${owner} of the same name`)];
  }
  return [];
}

function ownerOf(name: string, outer: ReadonlySet<string>, { graph }: DataFlow): string | undefined {
  if (isReserved(name)) return name === 'input' ? 'the inputs' : 'the run';
  if (outer.has(name)) return 'the variable of an outer loop';
  return graph.byName.has(name) ? 'the step' : undefined;
}

function taken(path: IssuePath, message: string): Issue {
  const hint = '`input` and `run` are taken, and a loop variable `x` takes `x` and `x_index`; choose another name';
  return { code: 'NameTaken', path, message, hint };
}
