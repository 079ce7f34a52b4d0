import type { StepStatus } from '../../api/step-status.ts';
import type { GateStatus } from '../../api/gate-status.ts';
import type { StepNode } from '../pipeline/step-node.ts';
import { returnTargetOf } from '../pipeline/gate-name.ts';
import { affectedBy } from './begin-again.ts';
import type { Place } from './place.ts';
import type { Run } from './run.ts';

/**
 * Why the work of a step was sent back: what was said at the last rejection that made it begin again. It stands in the
 * gate's own record, so that it is the same whenever the attempt is looked at.
 */
export function feedbackFor(run: Run, { node }: Place, { round = 1 }: StepStatus): string | undefined {
  if (round === 1) return undefined;
  const rejections = [...run.gates.values()]
    .filter((gate) => hasSentBack(run, gate, node))
    .flatMap(({ decisions = [] }) => decisions.filter(({ decision }) => decision === 'rejected'));
  return rejections.sort((a, b) => Date.parse(a.at) - Date.parse(b.at)).at(-1)?.comment;
}

/** Whether a rejection at a gate makes a step begin again. */
function hasSentBack(run: Run, gate: GateStatus, node: StepNode): boolean {
  const asking = run.graph.byName.get((gate.step ?? '').replace(/^.*\./, ''));
  const target = asking && run.graph.byName.get(returnTargetOf(asking.step) ?? '');
  return asking !== undefined && target !== undefined && affectedBy(run, [target, asking]).begunAgain.has(node);
}
