import type { AgentRole } from '../api/agent-role.ts';
import type { Council } from '../api/council.ts';
import type { JsonObject, JsonValue } from '../api/json.ts';
import type { Method, MethodSpec } from '../api/method.ts';
import type { Model } from '../api/model.ts';
import { pipelineSpec, type PipelineSpec } from '../api/pipeline.ts';
import type { StepStatus } from '../api/step-status.ts';
import type { WorkItem, WorkItemSpec } from '../api/work-item.ts';
import type { WorkItemStatus } from '../api/work-item-status.ts';
import type {
  ActionFact,
  AssetFact,
  AttemptOutcome,
  CacheHit,
  DecisionFact,
  Facts,
  ObservedAttempt,
  ReplayedRun,
} from '../core/work-item/observed.ts';
import { planWorkItem } from '../core/work-item/plan-work-item.ts';
import type { StartAttempt, WorkItemAction, WorkItemPlan } from '../core/work-item/work-item-plan.ts';
import { declareInputs } from './declare-inputs.ts';

/** A pipeline as a test writes it: parsed by the schema, which fills in the defaults. */
export type PipelineSketch = Partial<Record<keyof PipelineSpec, unknown>> & { readonly steps: readonly object[] };

/** What a run may be given beside its pipeline. */
export interface RunSketch {
  readonly inputs?: JsonObject;
  /** Name of its Pipeline: `p` when it is left out, none when it stands in the WorkItem. */
  readonly pipelineName?: string | undefined;
  readonly spec?: Partial<WorkItemSpec>;
  readonly methods?: readonly Method[];
  readonly roles?: readonly AgentRole[];
  readonly models?: readonly Model[];
  readonly councils?: readonly Council[];
  readonly facts?: Partial<Facts>;
}

/** Monday, eight o'clock: when every run of the tests begins. */
export const monday = Date.parse('2026-01-05T08:00:00.000Z');

/** A Method of a name. */
export function aMethod(name: string, spec: Omit<MethodSpec, 'type'> & Partial<MethodSpec>): Method {
  const metadata = { name, namespace: 'ns' };
  return { apiVersion: 'conclave.dev/v1alpha1', kind: 'Method', metadata, spec: spec as MethodSpec };
}

/**
 * A run that a test drives by hand: it plans, records, performs what the plan says in the simplest way (artifacts are
 * stored and read, attempts are seen as soon as they are started), and lets the test say how attempts end.
 */
export class PlannedRun {
  nowMs = monday;
  plan: WorkItemPlan | undefined;
  status: WorkItemStatus = {};
  spec: WorkItemSpec;
  readonly artifacts = new Map<string, JsonValue>();
  readonly children = new Map<string, ObservedAttempt>();
  readonly assets: AssetFact[] = [];
  readonly decisions: DecisionFact[] = [];
  readonly acts: ActionFact[] = [];
  readonly cache = new Map<string, CacheHit | 'miss'>();
  /** Paths in the order in which their attempts were started. */
  readonly started: string[] = [];
  /** Every action so far. */
  readonly actions: WorkItemAction[] = [];
  /** Records of iterations that left the status. */
  readonly folded: StepStatus[] = [];
  facts: Partial<Facts>;
  /** Who made the WorkItem, as it was stamped. */
  requester: string | undefined = 'rita';
  /** Its other annotations. */
  annotations: Readonly<Record<string, string>> = {};
  generation = 1;
  #slots = 0;
  #stored: ReadonlyMap<string, JsonValue> = new Map();
  /** What it is pinned to. */
  readonly pinned;

  constructor(pipeline: PipelineSketch, sketch: RunSketch = {}) {
    const { inputs, spec, methods = [], roles = [], models = [], councils = [], facts = {} } = sketch;
    this.spec = { ...(inputs === undefined ? {} : { inputs }), ...spec };
    this.facts = facts;
    const parsed = declareInputs(pipelineSpec.parse(pipeline), this.spec.inputs);
    const name = 'pipelineName' in sketch ? sketch.pipelineName : 'p';
    this.pinned = {
      ...{ spec: parsed, revision: 'p-1', digest: `sha256:${'0'.repeat(64)}`, ...(name === undefined ? {} : { name }) },
      ...{ roles, methods, models, councils },
    };
    this.settle();
  }

  /** Plans and records until the plan changes nothing more. */
  settle(): this {
    for (let turn = 0; turn < 100; turn += 1) {
      const before = JSON.stringify(this.status);
      const { length } = this.actions;
      this.step();
      const isReading = this.plan?.actions.some(({ kind }) => kind === 'read-artifact') === true;
      if (JSON.stringify(this.status) === before && this.actions.length === length && !isReading) return this;
    }
    throw new Error('the run does not settle');
  }

  /** One plan, recorded and performed. */
  step(): this {
    const plan = planWorkItem(this.observed());
    this.plan = plan;
    this.status = structuredClone(plan.status);
    for (const { digest, content } of plan.artifacts) this.artifacts.set(digest, content);
    this.folded.push(...plan.folded);
    for (const action of plan.actions) this.#perform(action);
    return this;
  }

  observed() {
    const workItem: WorkItem = {
      apiVersion: 'conclave.dev/v1alpha1',
      kind: 'WorkItem',
      metadata: {
        ...{ name: 'w', namespace: 'ns', uid: '3f0c7d1e-0000-4000-8000-000000000001', generation: this.generation },
        creationTimestamp: new Date(monday).toISOString(),
        annotations: {
          ...this.annotations,
          ...(this.requester === undefined ? {} : { 'conclave.dev/requested-by': this.requester }),
        },
      },
      spec: this.spec,
      status: this.status,
    };
    const facts: Facts = {
      ...{ artifacts: this.artifacts, assets: this.assets, decisions: this.decisions, cache: this.cache },
      ...{ quota: { admitted: true }, policyEpoch: 'epoch-1', actions: this.acts },
      safety: { allowProduction: true, productionApprovals: 2 },
      ...this.facts,
    };
    return { workItem, pinned: this.pinned, children: [...this.children.values()], facts, now: new Date(this.nowMs) };
  }

  /** The operator dies and begins anew: it has read nothing and seen nothing, and the store has what was put into it. */
  forget(stored: ReadonlyMap<string, JsonValue>): this {
    this.#stored = stored;
    this.artifacts.clear();
    this.children.clear();
    return this.settle();
  }

  #perform(action: WorkItemAction): void {
    if (action.kind === 'read-artifact') {
      const content = this.#stored.get(action.digest);
      if (content !== undefined) this.artifacts.set(action.digest, content);
      if (!this.artifacts.has(action.digest)) throw new Error(`nothing was stored under ${action.digest}`);
      return;
    }
    // Who is not there to answer says nothing.
    if (action.kind === 'ask-policy') return;
    this.actions.push(action);
    if (action.kind === 'look-up-cache') this.cache.set(action.key, this.cache.get(action.key) ?? 'miss');
    if (action.kind === 'start-attempt') {
      this.started.push(action.path);
      this.children.set(childKey(action.path, action.attempt), { path: action.path, number: action.attempt });
    }
    if (action.kind === 'stop-attempt') this.children.delete(childKey(action.path, action.attempt));
  }

  /** Ends the attempt that is under way, and plans on. */
  end(path: string, outcome: AttemptOutcome): this {
    const number = this.record(path)?.attempts?.at(-1)?.number;
    const child = number === undefined ? undefined : this.children.get(childKey(path, number));
    if (child === undefined) throw new Error(`nothing runs for ${path}: ${JSON.stringify(this.record(path))}`);
    this.children.set(childKey(path, child.number), { ...child, outcome });
    return this.settle();
  }

  succeed(path: string, outputs: JsonObject = {}): this {
    return this.end(path, { result: 'Succeeded', outputs });
  }

  fail(path: string, reason = 'Crashed', more: Partial<AttemptOutcome> = {}): this {
    return this.end(path, { result: 'Failed', reason, message: 'it broke', ...more });
  }

  /** Lets time pass, in seconds. */
  wait(seconds: number): this {
    this.nowMs += seconds * 1000;
    return this.settle();
  }

  /** A person decides at a gate, on what it asks now. */
  decide(gate: string, decision: 'approved' | 'rejected', { user = 'ann', role = 'review', comment = '' } = {}): this {
    const digest = this.status.gates?.find(({ name }) => name === gate)?.digest;
    if (digest === undefined) throw new Error(`there is no gate ${gate}`);
    const at = new Date(this.nowMs).toISOString();
    const slot = `${gate}.${role}-${(this.#slots += 1)}`;
    this.decisions.push({ gate, slot, role, user, decision, digest, at, ...(comment === '' ? {} : { comment }) });
    return this.settle();
  }

  /** A person takes an action of the lifecycle, on what the status shows; `action.role`. */
  act(slot: string, { user = 'ann', digest = this.status.lifecycle?.digest, comment = '' } = {}): this {
    if (digest === undefined) throw new Error('the run is in no lifecycle');
    const [action = '', role = ''] = slot.split('.');
    const at = new Date(this.nowMs).toISOString();
    this.acts.push({ action, slot, role, user, digest, at, ...(comment === '' ? {} : { comment }) });
    return this.settle();
  }

  /** What is known of it when it is replayed. */
  get replayed(): ReplayedRun {
    const { pipeline, steps = [] } = this.status;
    return { workItemUid: 'uid-1', steps, ...(pipeline === undefined ? {} : { pipeline }) };
  }

  /** The state of the lifecycle. */
  get lifecycleState(): string {
    return this.status.lifecycle?.state ?? '-';
  }

  /** Changes the spec of the WorkItem, as a user does. */
  change(spec: Partial<WorkItemSpec>): this {
    this.spec = { ...this.spec, ...spec };
    return this.settle();
  }

  announce(name: string, value: JsonValue = null): this {
    this.assets.push({ name, value, at: new Date(this.nowMs).toISOString() });
    return this.settle();
  }

  record(path: string): StepStatus | undefined {
    return this.status.steps?.find((record) => record.path === path);
  }

  /** The phase of a step and why: `Succeeded Completed`; `-` without a record. */
  stateOf(path: string): string {
    const record = this.record(path) ?? this.folded.findLast((each) => each.path === path);
    return record === undefined ? '-' : `${record.phase} ${record.reason ?? ''}`.trim();
  }

  messageOf(path: string): string {
    return (this.record(path) ?? this.folded.findLast((each) => each.path === path))?.message ?? '';
  }

  /** The outputs of a step, wherever they are kept. */
  outputsOf(path: string): JsonValue | undefined {
    const record = this.record(path) ?? this.folded.findLast((each) => each.path === path);
    return record?.outputs ?? this.artifacts.get(record?.outputsRef?.digest ?? '');
  }

  /** What the last attempt of a step was started with. */
  startOf(path: string): StartAttempt | undefined {
    return this.actions.findLast(
      (action): action is StartAttempt => action.kind === 'start-attempt' && action.path === path,
    );
  }

  /** Paths of the attempts that are under way. */
  get running(): string[] {
    return (this.status.steps ?? [])
      .filter((record) => record.phase === 'Running' && record.attempts !== undefined)
      .map(({ path }) => path);
  }

  /** The phase of the run and why. */
  get state(): string {
    return `${this.status.phase ?? ''} ${this.status.reason ?? ''}`.trim();
  }
}

const childKey = (path: string, number: number) => `${number} ${path}`;
