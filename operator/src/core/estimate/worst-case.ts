import type { CouncilSpec } from '../../api/council.ts';
import type { Method } from '../../api/method.ts';
import type { Model } from '../../api/model.ts';
import type { Resources } from '../../api/placement.ts';
import type { Step } from '../../api/step/step.ts';
import type { Usage } from '../../api/usage.ts';
import { seatsAt, secondsOfSeat, stagesOf, tokensOfSeat } from '../council/seats.ts';
import { modeOf } from '../pipeline/step-methods.ts';
import { Decimal, formatDecimal } from './decimals.ts';
import { priceTokens } from './price-tokens.ts';
import { attemptSeconds, type EstimateWorld, methodsOf } from './estimate-world.ts';
import { defaultLimits } from '../agent/limits.ts';
import { type ModelDemand, modelDemandOf, type SeatCase, seatDemand } from './model-demand.ts';
import { usageOf } from './totals.ts';
import { addUsage, multiplyCounts } from './usage-sum.ts';

/** What one attempt may use at most, and what of it could not be told. */
export interface WorstCase {
  readonly usage: Usage;
  /** What of the cost its Method asks for each call. */
  readonly callCost: string;
  /** Things whose cost is not known, in words. */
  readonly unknown: readonly string[];
}

const SECONDS_PER_HOUR = 3600;

/**
 * What one attempt of a step may use at most: all tokens of its limits at the dearest of its models' prices, its GPUs
 * until its timeout, and what its Method costs. What is not known counts as nothing; what is nothing is left out. Of a
 * deliberation in pods, it is one part or all of them.
 */
export function worstCaseOf(step: Step, world: EstimateWorld, part?: SeatCase): Usage {
  return (part === undefined ? findWorstCase(step, world) : findSeatCase(step, world, part)).usage;
}

/** The same, with what could not be told. The parts of a loop, a group or a conditional are not counted. */
export function findWorstCase(step: Step, world: EstimateWorld): WorstCase {
  const council = step.type === 'council' && world.councils.find(({ metadata }) => metadata.name === step.council);
  if (council !== false && council?.spec.isolation === 'pods') return findCaseInPods(step, council.spec, world);
  return findCase(step, world, modelDemandOf(step, world) ?? noDemand);
}

/** What the parts of a deliberation may use together: each brings Models of its own into its pod. */
function findCaseInPods(step: Step, council: CouncilSpec, world: EstimateWorld): WorstCase {
  const timeoutSeconds = secondsOfSeat(council, attemptSeconds(step, world));
  const maxTokens = tokensOfSeat(council, 0, 0);
  const seats = Array.from({ length: stagesOf(council) }, (_, stage) => seatsAt(council, stage)).flat();
  const cases = seats.map((seat) => findSeatCase({ ...step, timeoutSeconds }, world, { seat, maxTokens }));
  return {
    usage: cases.map(({ usage }) => usage).reduce(addUsage, {}),
    callCost: '0',
    unknown: [...new Set(cases.flatMap(({ unknown }) => unknown))],
  };
}

const findSeatCase = (step: Step, world: EstimateWorld, part: SeatCase): WorstCase =>
  findCase(step, world, seatDemand(step, part, world));

function findCase(step: Step, world: EstimateWorld, demand: ModelDemand): WorstCase {
  const methods = methodsOf(step, world);
  const seconds = Math.min(attemptSeconds(step, world), demand.limits.wallTimeSeconds ?? Number.POSITIVE_INFINITY);
  const tokens = tokensOf(demand);
  const gpus = podGpus(step, methods.found) + sum(demand.models.map(({ spec }) => sidecarGpus(spec)));
  const callCost = methodCost(methods.found);
  const costUnits = callCost.plus(tokenCost(tokens, demand.models)).plus(gpuCost(demand, seconds));
  const unknown = new Set([...(isFree(step) ? [] : methods.missing), ...demand.unknown]);
  return {
    usage: usageOf({ ...tokens, gpuSeconds: multiplyCounts(gpus, seconds), costUnits }),
    callCost: formatDecimal(callCost),
    unknown: [...unknown],
  };
}

const noDemand: ModelDemand = { requests: 0, limits: {}, models: [], unknown: [] };

/** A template of an output costs nothing, known or not. */
const isFree = ({ type }: Step) => type === 'output';

const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);

interface Tokens {
  readonly promptTokens: number;
  readonly completionTokens: number;
}

/** All tokens of the limits, as many of them written as its requests can write. */
function tokensOf({ requests, limits, models, unknown }: ModelDemand): Tokens {
  const { maxTokens = defaultLimits.maxTokens, maxOutputTokens = defaultLimits.maxOutputTokens } = limits;
  const contexts = models.map(({ spec, status }) => spec.contextLength ?? status?.contextLength ?? Infinity);
  const context = unknown.length > 0 ? Infinity : Math.max(0, ...contexts);
  const all = requests === 0 ? 0 : Math.min(maxTokens, requests * context);
  const completionTokens = Math.min(all, requests * maxOutputTokens);
  return { promptTokens: all - completionTokens, completionTokens };
}

/** At the dearest prices; where reading is dearer than writing, as if all tokens were read. */
function tokenCost(tokens: Tokens, models: readonly Model[]): Decimal {
  const dearest = (field: 'inputPerMillionTokens' | 'outputPerMillionTokens') =>
    models.map(({ spec }) => new Decimal(spec.price?.[field] ?? 0)).reduce(larger, new Decimal(0));
  const input = dearest('inputPerMillionTokens');
  const output = larger(dearest('outputPerMillionTokens'), input);
  return priceTokens(tokens, { input, output });
}

const larger = (one: Decimal, other: Decimal) => (one.gt(other) ? one : other);

/** Models that come as sidecars run as long as the step does. Those that others share are not its own. */
function gpuCost({ models }: ModelDemand, seconds: number): Decimal {
  const costs = models.map(({ spec }) => new Decimal(spec.price?.gpuHour ?? 0).times(sidecarGpus(spec)).times(seconds));
  return costs.reduce((total, cost) => total.plus(cost), new Decimal(0)).div(SECONDS_PER_HOUR);
}

const sidecarGpus = ({ sidecar }: Model['spec']) => {
  if (sidecar === undefined) return 0;
  return sidecar.gpus ?? sidecar.resources?.gpu ?? 1;
};

function methodCost(methods: readonly Method[]): Decimal {
  return methods.map(({ spec }) => new Decimal(spec.costUnits ?? 0)).reduce(larger, new Decimal(0));
}

/** GPUs of a step's own pods; a call has none. */
function podGpus(step: Step, methods: readonly Method[]): number {
  if (methods.length > 0 && methods.every((method) => modeOf(step, method) === 'api')) return 0;
  const own = 'resources' in step ? step.resources?.gpu : undefined;
  const gpus = own ?? Math.max(0, ...methods.map((method) => resourcesOf(method)?.gpu ?? 0));
  return step.type === 'ml_serving' ? gpus * (step.replicas ?? 1) : gpus;
}

function resourcesOf({ spec }: Method): Resources | undefined {
  if (spec.type === 'image') return spec.image.resources;
  return spec.type === 'model' ? (spec.serving ?? spec.image)?.resources : undefined;
}
