import type { AgentRole } from '../../api/agent-role.ts';
import type { Council } from '../../api/council.ts';
import type { JsonObject, JsonValue } from '../../api/json.ts';
import { apiVersion } from '../../api/kind.ts';
import type { Method } from '../../api/method.ts';
import type { Model } from '../../api/model.ts';
import type { PipelineSpec } from '../../api/pipeline.ts';
import type { WorkItem, WorkItemSpec } from '../../api/work-item.ts';
import { keyTermsOf } from '../checks/key-terms.ts';
import { requesterAnnotation } from '../decision/decision-key.ts';
import { digestOf } from '../digest.ts';
import { estimatePipeline } from '../estimate/estimate-pipeline.ts';
import type { Issue } from '../issue.ts';
import { pipelineGraph } from '../pipeline/pipeline-graph.ts';
import { unknownWorld, WorldIndex } from '../validation/world.ts';
import type { Facts, PinnedPipeline } from '../work-item/observed.ts';
import { planWorkItem } from '../work-item/plan-work-item.ts';
import type { WorkItemPlan } from '../work-item/work-item-plan.ts';
import type { DryRunReport, DryRunWarning } from './dry-run-report.ts';
import { MadeUpValues } from './made-up-values.ts';
import { MockedSurroundings } from './mocked-surroundings.ts';
import type { Mocks } from './mocks.ts';
import { RunTrace } from './run-trace.ts';
import { VirtualWorld } from './virtual-world.ts';
import { type RunFacts, writeReport } from './write-report.ts';

/** What is run, and what is known of the world around it. */
export interface DryRunRequest {
  /** Name of the Pipeline; none for one that stands in a WorkItem. */
  readonly name?: string;
  readonly spec: PipelineSpec;
  /** What is asked for beside the inputs: it takes part in nothing but how the run goes on. */
  readonly workItem?: Pick<WorkItemSpec, 'priority' | 'project' | 'slaSeconds'>;
  readonly inputs: JsonObject;
  readonly mocks: Mocks;
  /** What the Tenant says of production; everything may reach it, with two approvals, when it is left out. */
  readonly safety?: NonNullable<Facts['safety']>;
  readonly roles: readonly AgentRole[];
  readonly methods: readonly Method[];
  readonly models: readonly Model[];
  readonly councils: readonly Council[];
  /** What the virtual clock shows when the run begins. */
  readonly startAt: Date;
}

/** How the run went, or which mocks do not fit their steps; paths begin at the document of the mocks. */
export type DryRunResult = { readonly report: DryRunReport } | { readonly issues: readonly Issue[] };

/** More than this is no run that anybody waits for. */
export const dryRunLimits = {
  plans: 10_000,
  attempts: 10_000,
  /** A hundred years, in milliseconds: calendars go on, but not for ever. */
  milliseconds: 100 * 365.25 * 86_400_000,
} as const;

/** Runs a pipeline in a virtual world: the planner is the real one, the steps do what the mocks say. */
export function dryRun(request: DryRunRequest): DryRunResult {
  const graph = pipelineGraph(request.spec);
  const {
    spec,
    roles,
    methods,
    models,
    councils,
    safety = { allowProduction: true, productionApprovals: 2 },
  } = request;
  const index = new WorldIndex({ ...unknownWorld, roles, methods, models, councils });
  const values = new MadeUpValues(spec, graph, index);
  const surroundings = new MockedSurroundings(request.mocks, graph, values);
  const { inputs, warnings } = completeInputs(request, values);
  values.topic = [...keyTermsOf(inputs)].slice(0, mostTopicWords).join(' ');
  const pinned = pin(request);
  const world = new VirtualWorld({ workItem: aWorkItem(request, inputs), pinned, surroundings, safety });
  const trace = new RunTrace();
  const givenUp = run(world, trace, surroundings);
  if (surroundings.issues.length > 0) return { issues: surroundings.issues };
  const facts: RunFacts = {
    ...{ observed: world.observe(), trace, graph, startMs: request.startAt.getTime() },
    ...(givenUp === undefined ? {} : { givenUp }),
  };
  return {
    report: {
      ...writeReport(facts),
      ...estimateOf(request, inputs),
      warnings: unique([...warnings, ...surroundings.warnings]),
    },
  };
}

/** Words of the inputs that made-up results speak of. */
const mostTopicWords = 200;

function estimateOf({ spec, roles, methods, models, councils }: DryRunRequest, inputs: JsonObject) {
  const { estimate, costUnits, durationSeconds } = estimatePipeline({ spec, roles, methods, models, councils, inputs });
  return { estimatedCostUnits: costUnits, estimatedDurationSeconds: durationSeconds, estimate };
}

/** Plans and lets time pass until the run has ended or waits for people. Gives why it was given up, when it was. */
function run(world: VirtualWorld, trace: RunTrace, surroundings: MockedSurroundings): string | undefined {
  const startMs = world.nowMs;
  for (let plans = 0; plans < dryRunLimits.plans; plans += 1) {
    const observed = world.observe();
    const plan = planWorkItem(observed);
    trace.follow(observed, plan);
    world.follow(plan);
    if (plan.status.finishedAt !== undefined || surroundings.issues.length > 0) return undefined;
    const nextMs = asksAgain(plan) ? world.nowMs : nextMoment(world, plan);
    if (nextMs === undefined) return undefined;
    if (nextMs - startMs > dryRunLimits.milliseconds) return 'it had not ended after a hundred years';
    if (surroundings.attempts > dryRunLimits.attempts)
      return `it had not ended after ${dryRunLimits.attempts} attempts: try it with shorter lists`;
    world.advanceTo(nextMs);
  }
  return `it had not ended after ${dryRunLimits.plans} plans: try it with shorter lists`;
}

/** Whether the plan lacked something that is at hand by now. */
const asksAgain = ({ actions }: WorkItemPlan) =>
  actions.some(({ kind }) => kind === 'read-artifact' || kind === 'look-up-cache' || kind === 'ask-policy');

/** When there is something new to plan; undefined when only people can bring the run on. */
function nextMoment(world: VirtualWorld, { status, requeueAfterMs }: WorkItemPlan): number | undefined {
  const wakeMs = requeueAfterMs === undefined ? Infinity : world.nowMs + requeueAfterMs;
  const { nextMs = Infinity } = world;
  const waits = status.waitingFor?.map(({ kind }) => kind) ?? [];
  // A gate that nobody mocked would expire, and what stands behind it would time out, if the clock went on.
  if (nextMs === Infinity && waits.includes('decision') && !waits.includes('retry')) return undefined;
  const next = Math.min(nextMs, wakeMs);
  return next === Infinity ? undefined : next;
}

function pin({ name, spec, roles, methods, models, councils }: DryRunRequest): PinnedPipeline {
  // A mock stands for the whole step: it does not matter to it in how many pods a Council deliberates.
  const held = councils.map((council): Council => ({ ...council, spec: { ...council.spec, isolation: 'shared' } }));
  const content = { spec, roles, methods, models, councils: held };
  return { ...content, ...(name === undefined ? {} : { name }), revision: 'dry-run', digest: digestOf(content) };
}

function aWorkItem({ name, workItem, startAt }: DryRunRequest, inputs: JsonObject): WorkItem {
  return {
    ...{ apiVersion, kind: 'WorkItem' },
    metadata: {
      ...{ name: 'dry-run', namespace: 'default', uid: '00000000-0000-4000-8000-000000000000', generation: 1 },
      creationTimestamp: startAt.toISOString(),
      // Nobody whom a mock could name.
      annotations: { [requesterAnnotation]: 'system:dry-run' },
    },
    spec: { ...workItem, ...(name === undefined ? {} : { pipelineRef: { name } }), inputs },
  };
}

interface CompletedInputs {
  readonly inputs: JsonObject;
  readonly warnings: readonly DryRunWarning[];
}

/** Inputs that must be given and are not are made up, so that a pipeline can be tried without any. */
function completeInputs({ spec, inputs }: DryRunRequest, values: MadeUpValues): CompletedInputs {
  const missing = (spec.parameters ?? []).filter(
    (parameter) => !Object.hasOwn(inputs, parameter.name) && isRequired(parameter),
  );
  const made = missing.map((parameter): [string, JsonValue] => [parameter.name, values.inputFor(parameter)]);
  return {
    inputs: Object.fromEntries([...Object.entries(inputs), ...made]),
    warnings: made.map(([name, value]) => ({
      code: 'InputMadeUp',
      message: `the input '${name}' was not given; it is made up: ${JSON.stringify(value).slice(0, 200)}`,
    })),
  };
}

type Parameter = NonNullable<PipelineSpec['parameters']>[number];

const isRequired = ({ required = true, ...parameter }: Parameter) => required && parameter.default === undefined;

function unique(warnings: readonly DryRunWarning[]): DryRunWarning[] {
  return [...new Map(warnings.map((warning) => [JSON.stringify(warning), warning])).values()];
}
