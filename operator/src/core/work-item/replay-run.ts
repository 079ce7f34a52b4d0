import type { StepStatus } from '../../api/step-status.ts';
import { defined } from '../defined.ts';
import type { StepNode } from '../pipeline/step-node.ts';
import { isExitStep } from '../pipeline/scope-rules.ts';
import { dependantsOf } from './begin-again.ts';
import type { PinnedPipeline, ReplayedRun } from './observed.ts';
import type { Run } from './run.ts';
import { stepReasons } from './step-reasons.ts';

/** Whether the run that is replayed is not known yet. */
export function waitsForReplayedRun(run: Run): boolean {
  const { replay } = run.observed.workItem.spec;
  if (replay === undefined || run.observed.facts.replayed !== undefined) return false;
  const message = `waits for what the work item ${replay.workItemName} did`;
  run.waitFor({ kind: 'dependency', name: replay.workItemName, since: run.now, message });
  return true;
}

/**
 * Why a run may not take over what another did: its results are those of another Pipeline, whatever the names of its steps.
 * Another revision of the same is what replays are for. Pipelines that stand in their WorkItems are the same when all is that
 * they were pinned to.
 */
export function whyNotReplayed({ observed }: Run): string | undefined {
  const { replay } = observed.workItem.spec;
  const { replayed } = observed.facts;
  if (replay === undefined || replayed === undefined) return undefined;
  const { pinned } = observed;
  const { pipeline } = replayed;
  const isSame = pinned.name === undefined ? isSameInline(pipeline, pinned) : pipeline?.name === pinned.name;
  if (isSame) return undefined;
  const it = pinned.name === undefined ? 'it runs one of its own' : `it runs the Pipeline ${pinned.name}`;
  return `it replays ${replay.workItemName}, which ran ${describePipeline(pipeline)}, and ${it}: only a run of the same Pipeline can be replayed; make a WorkItem of that one`;
}

type Ran = ReplayedRun['pipeline'];

const isSameInline = (pipeline: Ran, { digest }: PinnedPipeline) =>
  pipeline !== undefined && pipeline.name === undefined && pipeline.digest === digest;

function describePipeline(pipeline: Ran): string {
  if (pipeline === undefined) return 'nothing';
  return pipeline.name === undefined ? 'another pipeline of its own' : `the Pipeline ${pipeline.name}`;
}

/** Takes over the results of the run that is replayed: of every step that does not build on the one from which it runs again. */
export function importReplayedSteps(run: Run): void {
  const { replay } = run.observed.workItem.spec;
  const { replayed } = run.observed.facts;
  if (replay === undefined || replayed === undefined) return;
  const again = stepsFrom(run, [replay.fromStep, ...decidedSteps(run, replayed.steps)]);
  for (const record of replayed.steps) {
    const node = run.graph.byName.get(record.path);
    if (node === undefined || isExitStep(node)) continue;
    const taken = again.has(node) ? keepActivation(run, record, again) : takeOver(run, record);
    if (taken !== undefined) run.setRecord(taken);
  }
}

/** Steps at which people decided: what they approved was another run. */
const decidedSteps = ({ graph }: Run, replayed: readonly StepStatus[]) => [
  ...graph.nodes.filter(({ step }) => step.type === 'approval').map(({ name }) => name),
  ...replayed.filter(({ reason }) => reason === stepReasons.acceptedByDecision).map(({ path }) => path),
];

/** The steps that run again first, what they are parts of, and everything that builds on them. */
function stepsFrom(run: Run, names: readonly string[]): ReadonlySet<StepNode> {
  const again = new Set<StepNode>();
  const dependants = dependantsOf(run);
  const pending = names.flatMap((name) => run.graph.byName.get(name) ?? []);
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (again.has(node)) continue;
    again.add(node);
    pending.push(...node.children, ...node.routed, ...(dependants.get(node) ?? []));
    // A group or a loop whose part runs again runs again as a whole.
    if (node.parent !== undefined && node.placement !== 'route') pending.push(node.parent);
  }
  return again;
}

/** Results are pinned by what they are: inline, or by digest. What failed or was cancelled runs again. */
function takeOver(run: Run, record: StepStatus): StepStatus | undefined {
  const { path, phase, reason, message, activatedBy, branch, outputs, outputsRef, iterations } = record;
  if (phase !== 'Succeeded' && !(phase === 'Skipped' && keptSkips.has(reason))) return undefined;
  return {
    ...{ path, phase, startedAt: run.now, finishedAt: run.now },
    reason: phase === 'Skipped' && reason !== undefined ? reason : stepReasons.replayed,
    ...defined({ message, activatedBy, branch, outputs, outputsRef }),
    ...(iterations === undefined
      ? {}
      : { iterations: { count: iterations.count, ...defined({ succeeded: iterations.succeeded }) } }),
  };
}

/** A step that runs again stays activated by one that does not: its check or its route is not looked at again. */
function keepActivation(
  run: Run,
  { path, activatedBy }: StepStatus,
  again: ReadonlySet<StepNode>,
): StepStatus | undefined {
  const by = activatedBy === undefined ? undefined : run.graph.byName.get(activatedBy);
  if (by === undefined || again.has(by)) return undefined;
  return { path, phase: 'Pending', reason: stepReasons.activated, ...defined({ activatedBy }) };
}

/** Reasons of skipped steps that hold again: what decided them is taken over too. */
const keptSkips: ReadonlySet<string | undefined> = new Set([
  stepReasons.conditionFalse,
  stepReasons.branchNotTaken,
  stepReasons.routeNotTaken,
]);
