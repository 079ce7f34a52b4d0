import { rootFrame } from './frame.ts';
import { planStep } from './plan-step.ts';
import type { StepNode } from '../pipeline/step-node.ts';
import type { Run } from './run.ts';
import { isEnded } from './step-state.ts';
import { stepReasons } from './step-reasons.ts';

/** Undoes what succeeded, one step after the other, the last first. Steps of loops are not undone one by one. */
export function planCompensations(run: Run): 'open' | 'settled' {
  for (const node of compensatedSteps(run)) {
    const target = run.graph.byName.get(node.step.compensate ?? '');
    if (target?.placement !== 'top') continue;
    activate(run, target, node);
    const before = run.record(target.name);
    if (before === undefined || isEnded(before)) continue;
    planStep(run, { node: target, frame: rootFrame }, 'go');
    const after = run.record(target.name);
    if (after !== undefined && !isEnded(after)) return 'open';
  }
  return 'settled';
}

/** Steps that succeeded and can be undone, the one that ended last first. */
function compensatedSteps(run: Run): readonly StepNode[] {
  const endOf = ({ name }: StepNode) => Date.parse(run.record(name)?.finishedAt ?? '') || 0;
  return run.graph.nodes
    .filter(
      (node) =>
        node.loop === undefined && node.step.compensate !== undefined && run.record(node.name)?.phase === 'Succeeded',
    )
    .sort((a, b) => endOf(b) - endOf(a) || b.index - a.index);
}

function activate(run: Run, target: StepNode, by: StepNode): void {
  const record = run.record(target.name);
  // It was skipped before, because nothing had activated it while the run went well.
  const isIdle = record === undefined || record.reason === stepReasons.notActivated || record.phase === 'Pending';
  if (isIdle && record?.activatedBy === undefined)
    run.setRecord({ path: target.name, phase: 'Pending', reason: stepReasons.activated, activatedBy: by.name });
}
