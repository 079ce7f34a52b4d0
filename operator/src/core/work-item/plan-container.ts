import type { StepStatus } from '../../api/step-status.ts';
import type { StepNode } from '../pipeline/step-node.ts';
import { evaluate } from './activate.ts';
import { bodyMembers } from './body-members.ts';
import { fail, setEnded, skip, succeed } from './finish-step.ts';
import type { Frame } from './frame.ts';
import { historyOf, pathOf, type Place } from './place.ts';
import { planBody } from './plan-body.ts';
import type { Leave } from './plan-step.ts';
import { hasReadReferences } from './resolve-step.ts';
import type { Run } from './run.ts';
import { stepReasons } from './step-reasons.ts';
import { takesPlace } from './takes-place.ts';

/** Begins a `parallel_group`: its steps run side by side. */
export function beginGroup(run: Run, place: Place, record: StepStatus | undefined): void {
  setRunning(run, place, record, {});
}

/** Begins a `conditional`: one branch runs, the steps of the other are skipped. */
export function beginConditional(run: Run, place: Place, record: StepStatus | undefined): void {
  const { node, frame } = place;
  if (node.step.type !== 'conditional' || !hasReadReferences(run, node, frame)) return;
  const condition = evaluate(run, frame, { text: node.step.condition.expression });
  if ('problem' in condition) {
    fail(run, place, record, { reason: stepReasons.expressionFailed, message: condition.problem.message });
    return;
  }
  const branch = condition.value ? 'ifTrue' : 'ifFalse';
  setRunning(run, place, record, { branch });
  for (const child of node.children.filter(({ placement }) => placement !== branch))
    skip(
      run,
      { node: child, frame },
      stepReasons.branchNotTaken,
      `the condition of ${node.name} is ${String(condition.value)}`,
    );
}

/** Records that a step that is made of others is under way. */
export function setRunning(run: Run, place: Place, record: StepStatus | undefined, more: Partial<StepStatus>): void {
  run.setRecord({
    startedAt: run.now,
    ...historyOf(record, pathOf(place)),
    ...{ phase: 'Running', reason: stepReasons.partsRunning },
    ...more,
  });
}

/** What is needed to follow a step that is made of others. */
export interface FollowedParts {
  readonly record: StepStatus;
  readonly leave: Leave;
}

/** Moves the parts of a group or a conditional on, and ends it when all of them have ended. */
export function followContainer(run: Run, place: Place, { record, leave }: FollowedParts): void {
  const { node, frame } = place;
  const nodes = record.branch === undefined ? node.children : branchOf(node, record.branch);
  const verdict = planBody(run, { nodes, frame, leave, slots: slotsOf(run, node, frame) });
  if (verdict.state === 'open') return;
  if (verdict.state === 'failed') {
    fail(run, place, record, { reason: stepReasons.partFailed, message: `${verdict.failed.join(', ')} failed` });
  } else if (verdict.state === 'stopped')
    setEnded(run, place, record, { phase: 'Cancelled', reason: stepReasons.runEnded });
  else {
    const outputs = record.branch === undefined ? {} : { branch: record.branch };
    succeed(run, place, record, { reason: stepReasons.completed, outputs });
  }
}

const branches = new WeakMap<StepNode, Map<string, readonly StepNode[]>>();

/** The steps of one branch; the same list each time. */
function branchOf(node: StepNode, branch: string): readonly StepNode[] {
  const known = branches.get(node) ?? new Map<string, readonly StepNode[]>();
  const steps = known.get(branch) ?? node.children.filter(({ placement }) => placement === branch);
  branches.set(node, known.set(branch, steps));
  return steps;
}

/** Steps of a group that may still begin: `parallelConfig.maxParallel` counts those that take a place. */
function slotsOf(run: Run, { step, children }: StepNode, frame: Frame): number {
  const most = step.type === 'parallel_group' ? step.parallelConfig?.maxParallel : undefined;
  if (most === undefined) return Infinity;
  return most - bodyMembers(children).filter((member) => takesPlace(run, member, frame)).length;
}
