import { startGate } from '../pipeline/gate-name.ts';
import { clipMessage } from './clip-message.ts';
import { resolveInputs } from './resolve-inputs.ts';
import { judgeGate, openGate } from './plan-gate.ts';
import { importReplayedSteps, waitsForReplayedRun, whyNotReplayed } from './replay-run.ts';
import type { Run } from './run.ts';
import { runReasons } from './step-reasons.ts';

/** Begins a run, unless it has begun: its inputs are looked at, the start gate and a place in the queue are waited for. */
export function startRun(run: Run): 'started' | 'waiting' {
  const inputs = resolveInputs(run.observed);
  if ('problem' in inputs) {
    refuse(run, { phase: 'Failed', reason: runReasons.inputsInvalid, message: inputs.problem.message.slice(0, 1024) });
    return 'waiting';
  }
  run.inputs = inputs.value;
  if (run.startedAt !== undefined) return 'started';
  const { spec } = run.observed.workItem;
  if (spec.cancel === true) {
    refuse(run, { phase: 'Cancelled', reason: runReasons.cancelled, message: 'it was cancelled before it began' });
    return 'waiting';
  }
  const unlike = whyNotReplayed(run);
  if (unlike !== undefined) {
    refuse(run, { phase: 'Failed', reason: runReasons.replayOfAnotherPipeline, message: clipMessage(unlike) });
    return 'waiting';
  }
  if (spec.suspend === true || waitsForApproval(run) || waitsForReplayedRun(run)) return 'waiting';
  // Last of all: whoever cannot begin yet must not take a place in the queue from others.
  const { admitted, message = 'other work items of the namespace run' } = run.observed.facts.quota;
  if (!admitted) {
    run.waitFor({ kind: 'quota', name: 'queue', since: run.now, message: message.slice(0, 1024) });
    return 'waiting';
  }
  importReplayedSteps(run);
  run.startedAt = run.now;
  return 'started';
}

function refuse(run: Run, ending: NonNullable<Run['ending']>): void {
  run.ending = ending;
  run.finishedAt = run.now;
}

/** In safe mode people see the estimate before the first step. */
function waitsForApproval(run: Run): boolean {
  const { execution } = run.observed.pinned.spec;
  if (execution.mode !== 'safe') return false;
  if (!run.gates.has(startGate)) {
    const { estimate } = run.observed.workItem.status ?? {};
    openGate(run, {
      ...execution.startTerms,
      name: startGate,
      approvals: execution.startApprovals ?? [{ role: 'planning', count: 1 }],
      message: 'May this run start?',
      shown: { inputs: run.inputs, estimate: JSON.parse(JSON.stringify(estimate ?? {})) as Run['inputs'] },
    });
  }
  const verdict = judgeGate(run, startGate);
  if (verdict === 'open') return true;
  if (verdict.state === 'Approved') return false;
  const message = verdict.message === '' ? 'the start was not approved' : verdict.message;
  refuse(run, { phase: 'Failed', reason: runReasons.startRejected, message: message.slice(0, 1024) });
  return true;
}
