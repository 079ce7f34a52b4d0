import type { JsonObject, JsonValue } from '../api/json.ts';
import type { PipelineSpec } from '../api/pipeline.ts';
import type { StepStatus } from '../api/step-status.ts';
import type { WorkItem, WorkItemSpec } from '../api/work-item.ts';
import type { WorkItemStatus } from '../api/work-item-status.ts';
import { digestOf } from '../core/digest.ts';
import type {
  AssetFact,
  AttemptOutcome,
  CacheHit,
  DecisionFact,
  ObservedAttempt,
  ObservedWorkItem,
  PinnedPipeline,
} from '../core/work-item/observed.ts';
import { planWorkItem } from '../core/work-item/plan-work-item.ts';
import type { StartAttempt, WorkItemAction, WorkItemPlan } from '../core/work-item/work-item-plan.ts';
import { monday } from './planned-run.ts';

/** Chooses: a whole number from 0 up to, and without, `below`. 0 is what a friendly world does. */
export type Choose = (below: number) => number;

/** An attempt that was really started. */
interface RealAttempt {
  readonly start: StartAttempt;
  outcome: AttemptOutcome | undefined;
  isStopped: boolean;
}

/**
 * A world that shows the planner its children late, twice, in any order or not at all for a while, in which the operator
 * dies before or after it records and before or after it acts, attempts end as they like, and people change their minds.
 */
export class HostileWorld {
  nowMs = monday;
  /** What was recorded last. */
  status: WorkItemStatus = {};
  spec: WorkItemSpec = {};
  readonly pinned: PinnedPipeline;
  /** Every plan that was recorded, with the world it was made from. */
  readonly recorded: { readonly observed: ObservedWorkItem; readonly plan: WorkItemPlan }[] = [];
  /** Every start, also those that were repeated. */
  readonly starts: StartAttempt[] = [];
  readonly folded: StepStatus[] = [];
  readonly #choose: Choose;
  readonly #real = new Map<string, RealAttempt>();
  /** Children as the cache shows them. */
  readonly #seen = new Map<string, ObservedAttempt>();
  readonly #artifacts = new Map<string, JsonValue>();
  /** Artifacts that were read since the operator last began. */
  readonly #read = new Map<string, JsonValue>();
  readonly #cache = new Map<string, CacheHit | 'miss'>();
  readonly #assets: AssetFact[] = [];
  readonly #decisions: DecisionFact[] = [];

  constructor(spec: PipelineSpec, choose: Choose) {
    this.#choose = choose;
    const content = { spec, roles: [], methods: [], models: [], councils: [] };
    this.pinned = { ...content, name: 'p', revision: 'p-1', digest: digestOf(content) };
  }

  get isFinished(): boolean {
    return this.status.finishedAt !== undefined;
  }

  /** One thing happens, and the operator plans. */
  turn(): void {
    this.#somethingHappens();
    switch (this.#choose(6)) {
      case 1:
        // The operator dies before it records.
        this.plan();
        this.#forget();
        return;
      case 2:
        // It dies after it recorded, before it acts.
        this.#record(this.plan());
        this.#forget();
        return;
      case 3:
        // It plans with an old view, and acts on it.
        this.#recordAndAct();
        return;
      default:
        this.#see();
        this.#recordAndAct();
    }
  }

  /** A turn in which all goes well: what runs succeeds, what is asked is answered, what is hidden is seen. */
  friendlyTurn(): void {
    this.spec = { ...this.spec, suspend: false };
    for (const attempt of this.#real.values()) attempt.outcome ??= { result: 'Succeeded', outputs: goodOutputs };
    this.#decideAll('approved');
    for (const { kind, name } of this.status.waitingFor ?? []) if (kind === 'asset') this.#announce(name);
    this.#seeAll();
    const { requeueAfterMs, actions } = this.#recordAndAct();
    if (actions.length === 0 && requeueAfterMs !== undefined) this.nowMs += Math.min(requeueAfterMs, 5000);
  }

  observe(): ObservedWorkItem {
    const children = [...this.#seen.values()];
    const workItem: WorkItem = {
      ...{ apiVersion: 'conclave.dev/v1alpha1', kind: 'WorkItem' },
      metadata: {
        ...{ name: 'w', namespace: 'ns', uid: '3f0c7d1e-0000-4000-8000-000000000001', generation: 1 },
        annotations: { 'conclave.dev/requested-by': 'rita' },
      },
      ...{ spec: this.spec, status: this.status },
    };
    return {
      ...{ workItem, pinned: this.pinned, now: new Date(this.nowMs) },
      children: this.#choose(2) === 0 ? children : this.#shuffled([...children, ...children.slice(0, 2)]),
      facts: {
        ...{ artifacts: new Map(this.#read), cache: new Map(this.#cache) },
        ...{ assets: [...this.#assets], decisions: [...this.#decisions] },
        ...{ quota: { admitted: true }, policyEpoch: 'epoch-1' },
      },
    };
  }

  plan(): { readonly observed: ObservedWorkItem; readonly plan: WorkItemPlan } {
    const observed = this.observe();
    return { observed, plan: planWorkItem(observed) };
  }

  cancel(): void {
    this.spec = { ...this.spec, cancel: true };
  }

  #recordAndAct(): WorkItemPlan {
    const planned = this.plan();
    this.#record(planned);
    for (const action of planned.plan.actions) this.#perform(action);
    return planned.plan;
  }

  #record(planned: ReturnType<HostileWorld['plan']>): void {
    const { artifacts, status, folded } = planned.plan;
    for (const { digest, content } of artifacts) this.#artifacts.set(digest, content);
    this.status = JSON.parse(JSON.stringify(status)) as WorkItemStatus;
    this.folded.push(...folded);
    this.recorded.push(planned);
  }

  #perform(action: WorkItemAction): void {
    switch (action.kind) {
      case 'start-attempt':
        this.#start(action);
        return;
      case 'stop-attempt':
        this.#stop(keyOf(action.path, action.attempt));
        return;
      case 'read-artifact': {
        const content = this.#artifacts.get(action.digest);
        if (content === undefined) throw new Error(`${action.digest} was never stored`);
        this.#read.set(action.digest, content);
        return;
      }
      case 'look-up-cache':
        this.#cache.set(action.key, this.#cache.get(action.key) ?? 'miss');
        return;
      case 'fill-cache':
        this.#cache.set(action.key, {
          outputsRef: { digest: action.outputsDigest, sizeBytes: 1 },
          at: new Date(this.nowMs).toISOString(),
        });
    }
  }

  /** The name of an attempt says which it is: a second start finds the first. */
  #start(start: StartAttempt): void {
    this.starts.push(start);
    const key = keyOf(start.path, start.attempt);
    if (!this.#real.has(key)) this.#real.set(key, { start, outcome: undefined, isStopped: false });
  }

  #stop(key: string): void {
    const attempt = this.#real.get(key);
    if (attempt !== undefined) attempt.isStopped = true;
    if (this.#choose(2) === 0) this.#seen.delete(key);
  }

  #somethingHappens(): void {
    const happenings = [
      () => this.#endSome(),
      () => (this.nowMs += this.#choose(8) * 1000),
      () => this.#decideAll(this.#choose(3) === 2 ? 'rejected' : 'approved'),
      () => this.#announce(`asset_${this.#choose(4)}`),
      () => (this.spec = { ...this.spec, suspend: this.spec.suspend !== true }),
      () => this.#choose(8) === 7 && this.cancel(),
      () => (this.spec = { ...this.spec, retryCount: (this.spec.retryCount ?? 0) + 1 }),
      // The watch broke: nothing is seen until the list comes.
      () => this.#seen.clear(),
    ];
    // More often than all else, attempts end.
    const happening = happenings[this.#choose(12)] ?? happenings[0];
    happening?.();
  }

  /** Attempts that run end in some way, some of them while they are being stopped. */
  #endSome(): void {
    for (const attempt of this.#real.values())
      if (attempt.outcome === undefined && this.#choose(3) !== 0) attempt.outcome = this.#outcome();
  }

  #outcome(): AttemptOutcome {
    switch (this.#choose(10)) {
      case 6:
        return { result: 'Failed', reason: 'Crashed', message: 'it broke', retryable: false };
      case 7:
      case 8:
        return { result: 'Failed', reason: 'Busy', message: 'try later', exitCode: 10 };
      case 9:
        return { result: (['Disrupted', 'Unknown', 'Cancelled'] as const)[this.#choose(3)] ?? 'Disrupted' };
      default:
        return { result: 'Succeeded', ...this.#outputs() };
    }
  }

  /** Small and inline, large and inline, or stored by the executor. */
  #outputs(): Pick<AttemptOutcome, 'outputs' | 'outputsRef'> {
    const outputs: JsonObject = {
      ...goodOutputs,
      n: this.#choose(5),
      ...(this.#choose(6) === 5 ? { filler: 'x'.repeat(3000) } : {}),
    };
    if (this.#choose(4) !== 3) return { outputs };
    const digest = digestOf(outputs);
    this.#artifacts.set(digest, outputs);
    return { outputsRef: { digest, sizeBytes: JSON.stringify(outputs).length } };
  }

  /** Some of what is there is seen. */
  #see(): void {
    for (const [key, { start, outcome, isStopped }] of this.#real) {
      // What was stopped may be seen for a while, and may even have come to an end before it was.
      if (this.#choose(4) === 3 || (isStopped && this.#choose(3) !== 2)) continue;
      const isLate = this.#choose(3) === 2;
      this.#seen.set(key, seenAs(start, isLate ? undefined : outcome));
    }
  }

  #seeAll(): void {
    for (const [key, { start, outcome, isStopped }] of this.#real)
      if (!isStopped) this.#seen.set(key, seenAs(start, outcome));
  }

  /** A new operator begins with what the cluster tells it, and has read nothing yet. */
  #forget(): void {
    this.#read.clear();
    this.#cache.clear();
    this.#seen.clear();
    this.#see();
  }

  #decideAll(decision: 'approved' | 'rejected'): void {
    for (const { name, state, digest, approvals } of this.status.gates ?? []) {
      if (state !== 'Open') continue;
      for (const { role, count = 1 } of approvals)
        for (let person = 1; person <= count; person += 1) {
          const at = new Date(this.nowMs).toISOString();
          this.#decisions.push({
            gate: name,
            slot: `${name}.${role}-${person}`,
            role,
            user: `${role}${person}`,
            decision,
            digest,
            at,
          });
        }
    }
  }

  #announce(name: string): void {
    this.#assets.push({ name, value: null, at: new Date(this.nowMs).toISOString() });
  }

  #shuffled<T>(items: T[]): T[] {
    for (let index = items.length - 1; index > 0; index -= 1) {
      const other = this.#choose(index + 1);
      [items[index], items[other]] = [items[other] as T, items[index] as T];
    }
    return items;
  }
}

const goodOutputs: JsonObject = { n: 1, list: ['a', 'b'], text: 'hello' };

const keyOf = (path: string, number: number) => `${number} ${path}`;

function seenAs({ path, attempt }: StartAttempt, outcome: AttemptOutcome | undefined): ObservedAttempt {
  return { path, number: attempt, ...(outcome === undefined ? {} : { outcome }) };
}
