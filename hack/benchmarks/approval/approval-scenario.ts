import { createPipeline } from '../engine/create-work-items.ts';
import { type EnginePlace, inEnginePlace, letRun } from '../engine/engine-place.ts';
import { withOperator } from '../engine/measured-operator.ts';
import { approvalPipeline } from '../engine/sample-pipelines.ts';
import type { ClusterScenario, ScenarioResult } from '../scenario.ts';
import { median, quantile, rounded } from '../statistics.ts';
import { type ApprovalTimes, measureApprovals, measureCeiling } from './measure-approvals.ts';

const usualSize = 20;
const mostMs = 100;

/** How soon an approval counts, under the shipped policies. */
export const approvalScenario: ClusterScenario = {
  ...{ name: 'approval', needs: 'cluster', fakeNodes: 20, usualRounds: 3, usualSize },
  summary: `${usualSize} approvals: time to the gate that is approved and to the next Job, beside a watcher that does no more`,
  run: (context) => inEnginePlace(context, measure),
};

interface Round {
  readonly ceiling: readonly ApprovalTimes[];
  readonly operator: readonly ApprovalTimes[];
}

async function measure(place: EnginePlace): Promise<ScenarioResult> {
  const { client, namespace, size: count = usualSize } = place;
  await createPipeline(client, namespace, approvalPipeline());
  await letRun(client, namespace, 10_000);
  const rounds = await withOperator(place, async () => {
    // The first ones are no measurement: policies settle, and code is compiled on the way.
    await measureApprovals(place, { count: 3, round: 0 });
    const measured: Round[] = [];
    for (let round = 1; round <= place.rounds; round += 1) {
      place.report(`round ${round} of ${place.rounds}: the bare watcher, then the operator`);
      const ceiling = await measureCeiling(place, { count, round });
      measured.push({ ceiling, operator: await measureApprovals(place, { count, round }) });
    }
    return measured;
  });
  return resultOf(rounds, count);
}

function resultOf(rounds: readonly Round[], count: number): ScenarioResult {
  const over = (value: (round: Round) => number, digits = 1) => rounded(median(rounds.map(value)), digits);
  const middle = (side: keyof Round, time: keyof ApprovalTimes) =>
    over((round) => median(round[side].map((times) => times[time])));
  const rowOf = (side: keyof Round) => ({
    side,
    'answered ms': middle(side, 'answeredMs'),
    'approved ms': middle(side, 'approvedMs'),
    'next Job ms': middle(side, 'startedMs'),
  });
  const approvedMs = middle('operator', 'approvedMs');
  const figures = {
    approvedMs,
    approvedMsP95: over(({ operator }) =>
      quantile(
        operator.map((times) => times.approvedMs),
        0.95,
      ),
    ),
    startedMs: middle('operator', 'startedMs'),
    answeredMs: middle('operator', 'answeredMs'),
    ceilingApprovedMs: middle('ceiling', 'approvedMs'),
    ceilingStartedMs: middle('ceiling', 'startedMs'),
  };
  return {
    ...{ figures, rows: [rowOf('ceiling'), rowOf('operator')] },
    requirements: [{ name: 'from an approval to its gate approved, ms', atMost: mostMs, measured: approvedMs }],
    notes: [
      `Medians of ${rounds.length} rounds of ${count} approvals, one after another, from when each annotation is sent.`,
      'Answered: by the API server, which asks the policies. Approved, and the next Job: as a watch shows them.',
      'The ceiling is a watcher that writes a status and makes a Job as soon as it sees the annotation, in the same run.',
    ],
  };
}
