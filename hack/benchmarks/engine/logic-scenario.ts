import type { ClusterScenario, ScenarioResult } from '../scenario.ts';
import { median, rounded } from '../statistics.ts';
import { createPipeline } from './create-work-items.ts';
import { type EnginePlace, inEnginePlace, letRun } from './engine-place.ts';
import { measureEngine } from './measure-jobs.ts';
import { withOperator } from './measured-operator.ts';
import { logicPipeline, logicStepsPerBlock } from './sample-pipelines.ts';

const blocks = 20;
const stepsPerWorkItem = blocks * logicStepsPerBlock;
const usualSize = 100;

/** Steps that need no pod: what the operator decides by itself. */
export const logicScenario: ClusterScenario = {
  ...{ name: 'logic', needs: 'cluster', usualRounds: 3, usualSize },
  summary: `${usualSize} WorkItems of ${stepsPerWorkItem} groups, branches and checks, which need no pod`,
  run: (context) => inEnginePlace(context, measure),
};

async function measure(place: EnginePlace): Promise<ScenarioResult> {
  const { client, namespace, size = usualSize } = place;
  await createPipeline(client, namespace, logicPipeline(blocks));
  await letRun(client, namespace, 10_000);
  const load = { workItems: size, stepsPerWorkItem, pods: 0 };
  const rounds = await withOperator(place, async (operator) => {
    const measured = [];
    for (let round = 0; round < place.rounds; round += 1) {
      place.report(`round ${round + 1} of ${place.rounds}`);
      measured.push(await measureEngine(place, operator, { load, round }));
    }
    return measured;
  });
  const stepsPerSecond = rounded(median(rounds.map((round) => round.stepsPerSecond)), 0);
  const figures = { stepsPerSecond, ...rounds.at(-1)?.figures };
  return {
    ...{ figures, rows: [figures] },
    requirements: [{ name: 'steps per second', atLeast: 1000, measured: stepsPerSecond }],
    notes: [`${size} WorkItems of ${stepsPerWorkItem} steps; from their creation until all have succeeded.`],
  };
}
