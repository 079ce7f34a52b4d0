import { digestOf } from '../digest.ts';
import { decidedUnder } from './decided-under.ts';
import type { LifecycleStatus } from './lifecycle-state.ts';
import type { Run } from './run.ts';

/**
 * Exactly what an action that is taken now acts on: the run, the policies, what is pinned, the inputs, the state, since when
 * and in which round, what gates approved, and what the steps came to. Any change voids what was decided before.
 */
export function lifecycleDigest(run: Run, { state, since, round }: LifecycleStatus): string {
  const { workItem, pinned } = run.observed;
  const gates = [...run.gates.values()].filter((gate) => gate.state === 'Approved');
  const results = [...run.records()].filter(({ phase }) => phase === 'Succeeded');
  return digestOf({
    ...{ uid: workItem.metadata.uid, epoch: decidedUnder(run), pinned: pinned.digest, inputs: run.inputs },
    // A state may be entered twice at one time: the records that were made tell that apart.
    ...{ state, since, round, sequence: run.transitions.sequence ?? 0 },
    gates: gates.map((gate) => [gate.name, gate.round, gate.digest]),
    results: results.map(({ path, round: ofStep = 1, finishedAt, outputs, outputsRef }) => ({
      ...{ path, round: ofStep, finishedAt, outputs, outputsDigest: outputsRef?.digest },
    })),
  });
}
