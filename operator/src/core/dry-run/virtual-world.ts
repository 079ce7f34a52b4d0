import type { JsonValue } from '../../api/json.ts';
import type { GateStatus } from '../../api/gate-status.ts';
import type { WorkItem } from '../../api/work-item.ts';
import type { WorkItemStatus } from '../../api/work-item-status.ts';
import { openAttempt } from '../work-item/attempts.ts';
import type {
  ActionFact,
  AssetFact,
  AttemptOutcome,
  CacheHit,
  DecisionFact,
  Facts,
  ObservedAttempt,
  ObservedWorkItem,
  PinnedPipeline,
  PolicyAnswer,
} from '../work-item/observed.ts';
import type { StartAttempt, WorkItemAction, WorkItemPlan } from '../work-item/work-item-plan.ts';
import { Happenings } from './happenings.ts';
import type { MockedAction } from './mocked-actions.ts';

/** What happens outside of the planner, and when. Durations are in seconds. */
export interface Surroundings {
  /** How an attempt ends. */
  execute(start: StartAttempt): Execution;
  /** What people decide at a gate; undefined when nobody does. */
  decide(gate: GateStatus): { readonly durationSeconds: number; readonly decisions: readonly Decided[] } | undefined;
  /** What a person does in the lifecycle; undefined when nobody does anything. `taken` says how often each action was taken. */
  act(
    lifecycle: NonNullable<WorkItemStatus['lifecycle']>,
    taken: ReadonlyMap<string, number>,
  ): MockedAction | undefined;
  /** What a policy says that guards a transition of the lifecycle, by the path of its rule. */
  judge(policy: string): PolicyAnswer;
  /** An asset that a step waits for; undefined when it does not come from outside. */
  supply(name: string, step: string): { readonly durationSeconds: number; readonly value: JsonValue } | undefined;
}

/** How an attempt goes. */
export interface Execution {
  readonly durationSeconds: number;
  readonly outcome: AttemptOutcome;
  /** Asset that is announced when it ends. */
  readonly asset?: { readonly name: string; readonly value: JsonValue };
}

/** One decision of one person. */
export type Decided = Pick<DecisionFact, 'slot' | 'role' | 'user' | 'decision' | 'comment'>;

/** Identity of the admission policies in a world without any: decisions are taken. */
const policyEpoch = 'dry-run';

/** What a world begins with. */
export interface WorldParts {
  readonly workItem: WorkItem;
  readonly pinned: PinnedPipeline;
  readonly surroundings: Surroundings;
  /** What is said of production. */
  readonly safety: NonNullable<Facts['safety']>;
}

/** The world around the planner: what it recorded, what it started, what people decided, and what time it is. */
export class VirtualWorld {
  nowMs: number;
  status: WorkItemStatus = {};
  readonly artifacts = new Map<string, JsonValue>();
  readonly #workItem: WorkItem;
  readonly #pinned: PinnedPipeline;
  readonly #surroundings: Surroundings;
  readonly #safety: NonNullable<Facts['safety']>;
  readonly #happenings = new Happenings();
  readonly #children = new Map<string, ObservedAttempt>();
  readonly #assets: AssetFact[] = [];
  readonly #decisions: DecisionFact[] = [];
  readonly #actions: ActionFact[] = [];
  /** How often people have taken each action, by the records up to a number. */
  readonly #taken = new Map<string, number>();
  #sequence = 0;
  /** Results that may be used again, by key. */
  readonly #cache = new Map<string, CacheHit>();
  /** What the cache answered to the last plan: an older answer may no longer be true. */
  #answers = new Map<string, CacheHit | 'miss'>();
  /** Rounds of gates and assets that the surroundings were asked for. */
  readonly #asked = new Set<string>();

  constructor({ workItem, pinned, surroundings, safety }: WorldParts) {
    this.#workItem = workItem;
    this.#pinned = pinned;
    this.#surroundings = surroundings;
    this.#safety = safety;
    this.nowMs = Date.parse(workItem.metadata.creationTimestamp ?? '');
  }

  /** The world as the planner sees it. */
  observe(): ObservedWorkItem {
    return {
      workItem: { ...this.#workItem, status: this.status },
      pinned: this.#pinned,
      children: [...this.#children.values()],
      facts: {
        ...{ artifacts: this.artifacts, assets: this.#assets, decisions: this.#decisions, cache: this.#answers },
        ...{ quota: { admitted: true }, policyEpoch, actions: this.#actions, safety: this.#safety },
        policies: { get: (policy) => this.#surroundings.judge(policy) },
      },
      now: new Date(this.nowMs),
    };
  }

  /** Records what a plan says, does it, and lets the surroundings answer. */
  follow({ status, artifacts, actions }: WorkItemPlan): void {
    for (const { digest, content } of artifacts) this.artifacts.set(digest, content);
    this.status = status;
    this.#forgetEnded();
    for (const action of actions) this.#perform(action);
    const keys = actions.flatMap((action) => (action.kind === 'look-up-cache' ? [action.key] : []));
    this.#answers = new Map(keys.map((key) => [key, this.#cache.get(key) ?? 'miss']));
    for (const gate of status.gates ?? []) this.#askPeople(gate);
    this.#countActions(status);
    if (status.finishedAt === undefined) this.#askForAction();
    for (const { kind, name, step } of status.waitingFor ?? []) if (kind === 'asset') this.#askFor(name, step ?? '');
  }

  /** When the next thing happens by itself; undefined when nothing will. */
  get nextMs(): number | undefined {
    return this.#happenings.nextMs;
  }

  /** Lets time pass. */
  advanceTo(nowMs: number): void {
    this.nowMs = Math.max(this.nowMs, nowMs);
    this.#happenings.happenUntil(this.nowMs);
  }

  #perform(action: WorkItemAction): void {
    switch (action.kind) {
      case 'start-attempt':
        this.#start(action);
        return;
      case 'stop-attempt':
        this.#children.delete(childKey(action.path, action.attempt));
        return;
      case 'fill-cache':
        this.#fillCache(action.key, action.outputsDigest);
        return;
      case 'look-up-cache':
      case 'read-artifact':
      case 'ask-policy':
      // The cache answers when all is done; artifacts never leave this world.
    }
  }

  #start(start: StartAttempt): void {
    const { path, attempt: number } = start;
    const key = childKey(path, number);
    if (this.#children.has(key)) return;
    this.#children.set(key, { path, number });
    const { durationSeconds, outcome, asset } = this.#surroundings.execute(start);
    this.#after(durationSeconds, () => {
      // It may have been stopped in between.
      if (!this.#children.has(key)) return;
      this.#children.set(key, { path, number, outcome });
      if (asset !== undefined) this.#announce(asset.name, asset.value);
    });
  }

  #fillCache(key: string, digest: string): void {
    const sizeBytes = JSON.stringify(this.artifacts.get(digest) ?? null).length;
    this.#cache.set(key, { outputsRef: { digest, sizeBytes }, at: new Date(this.nowMs).toISOString() });
  }

  #askPeople(gate: GateStatus): void {
    if (gate.state !== 'Open' || this.#wasAsked(`gate ${gate.name} ${gate.round}`)) return;
    const answer = this.#surroundings.decide(gate);
    if (answer === undefined) return;
    this.#after(answer.durationSeconds, () => {
      // What is decided on is what the gate asks at that moment.
      const now = this.status.gates?.find(({ name }) => name === gate.name) ?? gate;
      const at = new Date(this.nowMs).toISOString();
      for (const decided of answer.decisions)
        this.#decisions.push({ ...decided, gate: gate.name, digest: now.digest, at });
    });
  }

  #countActions({ transitions = [], sequence = 0 }: WorkItemStatus): void {
    for (const { sequence: number, action, actor } of transitions) {
      if (number <= this.#sequence || action === undefined || actor.kind !== 'user') continue;
      this.#taken.set(action, (this.#taken.get(action) ?? 0) + 1);
    }
    this.#sequence = sequence;
  }

  /** Whoever acts has looked at what there is: when that changes meanwhile, they look again. */
  #askForAction(): void {
    const { lifecycle } = this.status;
    const answer = lifecycle?.digest === undefined ? undefined : this.#surroundings.act(lifecycle, this.#taken);
    if (lifecycle?.digest === undefined || answer === undefined) return;
    const { digest } = lifecycle;
    const { durationSeconds, ...acted } = answer;
    if (this.#wasAsked(`action ${digest} ${acted.slot}`)) return;
    this.#after(durationSeconds, () => {
      if (this.status.lifecycle?.digest !== digest) return;
      this.#actions.push({ ...acted, digest, at: new Date(this.nowMs).toISOString() });
    });
  }

  #askFor(name: string, step: string): void {
    if (this.#wasAsked(`asset ${step} ${name}`)) return;
    const answer = this.#surroundings.supply(name, step);
    if (answer !== undefined) this.#after(answer.durationSeconds, () => this.#announce(name, answer.value));
  }

  /** What was recorded needs no child any more. */
  #forgetEnded(): void {
    const open = new Set(this.status.steps?.map((record) => childKey(record.path, openAttempt(record)?.number ?? 0)));
    for (const [key, { outcome }] of this.#children)
      if (outcome !== undefined && !open.has(key)) this.#children.delete(key);
  }

  /** Lets an asset be there from now on, as an event from outside would. */
  #announce(name: string, value: JsonValue): void {
    this.#assets.push({ name, value, at: new Date(this.nowMs).toISOString() });
  }

  #wasAsked(question: string): boolean {
    const wasAsked = this.#asked.has(question);
    this.#asked.add(question);
    return wasAsked;
  }

  #after(durationSeconds: number, happen: () => void): void {
    this.#happenings.plan(this.nowMs + Math.round(durationSeconds * 1000), happen);
  }
}

const childKey = (path: string, number: number) => `${number} ${path}`;
