import type { ClusterScenario, Requirement, ScenarioResult } from '../scenario.ts';
import { median, quantile, rounded } from '../statistics.ts';
import { createPipeline } from './create-work-items.ts';
import { type EnginePlace, inEnginePlace, letRun } from './engine-place.ts';
import { type JobLoad, type JobSpeed, measureCeiling, measureEngine } from './measure-jobs.ts';
import { withOperator } from './measured-operator.ts';
import type { SamplePipeline } from './sample-pipelines.ts';

/** A scenario whose steps are Jobs. */
export interface JobScenario {
  readonly name: string;
  readonly summary: string;
  readonly usualRounds: number;
  readonly usualSize: number;
  readonly pipeline: SamplePipeline;
  /** The work of `size` WorkItems. */
  readonly load: (size: number) => JobLoad;
  /** WorkItems that may run at the same time. */
  readonly atOnce: number;
  readonly requirements: readonly ((figures: JobFigures) => Requirement)[];
}

/** What is found out. */
export type JobFigures = Readonly<Record<string, number>> & {
  readonly stepsPerSecond: number;
  readonly ceilingStepsPerSecond: number;
  readonly ratio: number;
  readonly stepMsP50: number;
  readonly stepMsP99: number;
  readonly ceilingStepMsP50: number;
};

/** Runs WorkItems of Jobs, beside a bare loop that creates the same Jobs, in turns. */
export function jobScenario(scenario: JobScenario): ClusterScenario {
  const { name, summary, usualRounds, usualSize } = scenario;
  return {
    ...{ name, summary, usualRounds, usualSize, needs: 'cluster', fakeNodes: 20 },
    run: (context) => inEnginePlace(context, (place) => measure(place, scenario)),
  };
}

interface Round {
  readonly ceiling: JobSpeed;
  readonly engine: JobSpeed & { readonly figures: Record<string, number> };
}

async function measure(place: EnginePlace, scenario: JobScenario): Promise<ScenarioResult> {
  const { client, namespace, bareNamespace, size = scenario.usualSize } = place;
  const load = scenario.load(size);
  for (const each of [namespace, bareNamespace]) await createPipeline(client, each, scenario.pipeline);
  await letRun(client, namespace, scenario.atOnce);
  const rounds = await withOperator(place, async (operator) => {
    const measured: Round[] = [];
    for (let round = 0; round < place.rounds; round += 1) {
      place.report(`round ${round + 1} of ${place.rounds}: the bare loop, then the operator`);
      const ceiling = await measureCeiling(place, load, round);
      measured.push({ ceiling, engine: await measureEngine(place, operator, { load, round }) });
    }
    return measured;
  });
  const figures = figuresOf(rounds);
  return {
    ...{ figures, rows: [figures], requirements: scenario.requirements.map((require) => require(figures)) },
    notes: [
      `${load.workItems} WorkItems of ${load.stepsPerWorkItem} Jobs each, ${load.lanes} Jobs at once; ${rounds.length} rounds, of which the median counts.`,
      'The ceiling is a bare loop that creates the same Jobs, each when the Pod before it has ended, in the same run.',
      'A step takes from the end of its predecessor’s Pod to the end of its own, as a watch sees them.',
    ],
  };
}

/** Medians over the rounds; the ratio is taken round by round, because what else runs on the machine changes in between. */
function figuresOf(rounds: readonly Round[]): JobFigures {
  const over = (value: (round: Round) => number, digits: number) => rounded(median(rounds.map(value)), digits);
  const others = Object.keys(rounds[0]?.engine.figures ?? {});
  return {
    stepsPerSecond: over(({ engine }) => engine.stepsPerSecond, 1),
    ceilingStepsPerSecond: over(({ ceiling }) => ceiling.stepsPerSecond, 1),
    ratio: over(({ engine, ceiling }) => engine.stepsPerSecond / ceiling.stepsPerSecond, 2),
    stepMsP50: over(({ engine }) => median(engine.stepsMs), 1),
    stepMsP99: over(({ engine }) => quantile(engine.stepsMs, 0.99), 1),
    ceilingStepMsP50: over(({ ceiling }) => median(ceiling.stepsMs), 1),
    ...Object.fromEntries(others.map((name) => [name, over(({ engine }) => engine.figures[name] ?? Number.NaN, 2)])),
  };
}
