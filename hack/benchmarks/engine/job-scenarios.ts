import type { ClusterScenario } from '../scenario.ts';
import { type JobFigures, jobScenario } from './job-scenario.ts';
import { chainPipeline, widePipeline } from './sample-pipelines.ts';

const ratio = (least: number) => (figures: JobFigures) => ({
  ...{ name: 'steps per second over those of the bare loop', atLeast: least, measured: figures.ratio },
});
const writes = (most: number) => (figures: JobFigures) => ({
  ...{ name: 'writes of the operator per step', atMost: most, measured: figures['writesPerStep'] ?? Number.NaN },
});
const stepMs = (most: number) => (figures: JobFigures) => ({
  ...{ name: 'one step of a chain, ms', atMost: most, measured: figures.stepMsP50 },
});

const work = (size: number, steps: number) => ({ workItems: size, stepsPerWorkItem: steps, pods: size * steps });

const chainSteps = 5;
const aloneSteps = 20;
const wideIterations = 1000;
const wideAtOnce = 100;
const queueAtOnce = 100;

/** The scenarios whose steps are Jobs. */
export const jobScenarios: readonly ClusterScenario[] = [
  jobScenario({
    ...{ name: 'chain', summary: '50 WorkItems of 5 Jobs in a row, all at once, beside a bare loop' },
    ...{ usualRounds: 3, usualSize: 50, atOnce: 10_000, pipeline: chainPipeline(chainSteps) },
    load: (size) => ({ ...work(size, chainSteps), chainLength: chainSteps, lanes: size }),
    requirements: [ratio(0.75), writes(2.2)],
  }),
  jobScenario({
    ...{ name: 'chain-alone', summary: 'one WorkItem of 20 Jobs in a row, and nothing else' },
    ...{ usualRounds: 3, usualSize: 1, atOnce: 10_000, pipeline: chainPipeline(aloneSteps) },
    load: (size) => ({ ...work(size, aloneSteps), chainLength: aloneSteps, lanes: size }),
    requirements: [stepMs(60), writes(2.2)],
  }),
  jobScenario({
    ...{ name: 'wide', summary: 'one WorkItem with a loop of 1,000 Jobs, 100 at once' },
    ...{ usualRounds: 1, usualSize: 1, atOnce: 10_000, pipeline: widePipeline(wideIterations, wideAtOnce) },
    load: (size) => ({ ...work(size, wideIterations), chainLength: 1, lanes: wideAtOnce * size }),
    requirements: [ratio(0.75), writes(2.2)],
  }),
  jobScenario({
    ...{ name: 'queue', summary: '5,000 WorkItems of one Job, 100 of which may run at once' },
    ...{ usualRounds: 1, usualSize: 5000, atOnce: queueAtOnce, pipeline: chainPipeline(1) },
    load: (size) => ({ ...work(size, 1), chainLength: 1, lanes: queueAtOnce }),
    requirements: [],
  }),
];
