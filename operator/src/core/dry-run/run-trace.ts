import type { JsonObject } from '../../api/json.ts';
import type { Attempt, StepStatus } from '../../api/step-status.ts';
import { locate } from '../work-item/locate.ts';
import type { ObservedWorkItem } from '../work-item/observed.ts';
import { resolveInputs } from '../work-item/resolve-inputs.ts';
import { resolveStep } from '../work-item/resolve-step.ts';
import { Run } from '../work-item/run.ts';
import type { StartAttempt, WorkItemPlan } from '../work-item/work-item-plan.ts';

/** An attempt as it was seen: times in milliseconds since 1970. */
export interface TracedAttempt {
  readonly number: number;
  readonly startedMs: number;
  readonly finishedMs?: number;
  /** Its last record; none while it is under way. */
  readonly ended?: Attempt;
}

/** What was seen of one step. */
export interface TracedStep {
  readonly path: string;
  /** The last that was recorded of it. */
  record: StepStatus;
  /** When it first began; undefined while it has not. */
  startedMs: number | undefined;
  inputs: JsonObject;
  readonly attempts: TracedAttempt[];
}

/** Remembers what plans say of the steps, those of finished iterations included, which leave the status. */
export class RunTrace {
  readonly #steps = new Map<string, TracedStep>();
  readonly #begun: TracedStep[] = [];

  /** Steps in the order in which they began. */
  get begun(): readonly TracedStep[] {
    return this.#begun;
  }

  /** Every step of which something was recorded. */
  get steps(): ReadonlyMap<string, TracedStep> {
    return this.#steps;
  }

  follow(observed: ObservedWorkItem, plan: WorkItemPlan): void {
    const nowMs = observed.now.getTime();
    const records = [...(plan.status.steps ?? []), ...plan.folded];
    const begun = records.flatMap((record) => this.#note(record, nowMs)).sort(byStart);
    this.#begun.push(...begun);
    for (const action of plan.actions) if (action.kind === 'start-attempt') this.#noteStart(action, nowMs);
    this.#readInputs(begun, observed, plan);
  }

  /** Gives the step when it has just begun. */
  #note(record: StepStatus, nowMs: number): TracedStep[] {
    const { path, startedAt } = record;
    const step = this.#steps.get(path) ?? { path, record, startedMs: undefined, inputs: {}, attempts: [] };
    this.#steps.set(path, step);
    step.record = record;
    closeAttempts(step, nowMs);
    if (startedAt === undefined || step.startedMs !== undefined) return [];
    step.startedMs = Date.parse(startedAt);
    return [step];
  }

  #noteStart({ path, attempt, inputs }: StartAttempt, nowMs: number): void {
    const step = this.#steps.get(path);
    if (step === undefined || step.attempts.at(-1)?.number === attempt) return;
    step.inputs = inputs;
    step.attempts.push({ number: attempt, startedMs: nowMs });
  }

  /** The inputs of steps that the planner itself carries out are in no action. */
  #readInputs(begun: readonly TracedStep[], observed: ObservedWorkItem, { status, folded }: WorkItemPlan): void {
    const unread = begun.filter(({ attempts }) => attempts.length === 0);
    if (unread.length === 0) return;
    const steps = [...(status.steps ?? []), ...folded];
    const run = new Run({ ...observed, workItem: { ...observed.workItem, status: { ...status, steps } } });
    const inputs = resolveInputs(observed);
    run.inputs = 'value' in inputs ? inputs.value : {};
    for (const step of unread) {
      const place = locate(run, step.path);
      if (place?.node.step.inputs === undefined) continue;
      const resolution = resolveStep(run, place.node, place.frame);
      if (typeof resolution === 'object' && 'resolved' in resolution) step.inputs = resolution.resolved.inputs;
    }
  }
}

const byStart = (a: TracedStep, b: TracedStep) => (a.startedMs ?? 0) - (b.startedMs ?? 0);

/** Attempts end when their record says so. */
function closeAttempts({ record, attempts }: TracedStep, nowMs: number): void {
  const last = attempts.at(-1);
  if (last === undefined || last.ended !== undefined) return;
  const recorded = record.attempts?.find(({ number }) => number === last.number);
  if (recorded !== undefined && recorded.result === undefined) return;
  const ended = recorded ?? { number: last.number, result: 'Cancelled' as const };
  attempts[attempts.length - 1] = { ...last, finishedMs: nowMs, ended };
}
