import type { JsonValue } from '../../api/json.ts';
import type { Scope } from '../template/scope.ts';
import { type Frame, frameOf, pathIn } from './frame.ts';
import type { Ending, Run } from './run.ts';

/** What templates and expressions see from a frame: inputs, loop variables, and the results of steps that succeeded. */
export function scopeAt(run: Run, frame: Frame): Scope {
  return {
    lookUp: (root) => {
      const variable = variableAt(run, frame, root);
      return variable === undefined ? resultOf(run, frame, root) : variable;
    },
    stepNames: () => run.graph.nodes.map(({ name }) => name).filter((name) => resultOf(run, frame, name) !== undefined),
    isVariable: (root) => variableAt(run, frame, root) !== undefined,
  };
}

function variableAt(run: Run, frame: Frame, name: string): JsonValue | undefined {
  const ofLoop = loopVariable(frame, name);
  if (ofLoop !== undefined) return ofLoop;
  if (name === 'input') return run.inputs;
  return name === 'run' && run.ending !== undefined ? describeEnding(run.ending) : undefined;
}

/** The innermost loop's variable of a name. */
function loopVariable(frame: Frame, name: string): JsonValue | undefined {
  for (let each: Frame | undefined = frame; each?.loop !== undefined; each = each.parent) {
    const { step } = each.loop;
    if (step.type !== 'loop') continue;
    if (step.loopVariable === name) return each.item;
    if (`${step.loopVariable}_index` === name) return each.index;
  }
  return undefined;
}

const describeEnding = ({ phase, reason, message, failedStep }: Ending): JsonValue => {
  return { phase, reason, message: message ?? '', failedStep: failedStep ?? null };
};

function resultOf(run: Run, frame: Frame, name: string): JsonValue | undefined {
  const node = run.graph.byName.get(name);
  const home = node && frameOf(node, frame);
  const record = node && home && run.record(pathIn(home, node));
  return record?.phase === 'Succeeded' ? run.outputsOf(record) : undefined;
}
