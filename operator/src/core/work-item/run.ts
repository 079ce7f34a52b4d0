import type { JsonObject, JsonValue } from '../../api/json.ts';
import type { GateStatus } from '../../api/gate-status.ts';
import type { StepStatus } from '../../api/step-status.ts';
import type { WorkItemStatus, WorkItemTransition } from '../../api/work-item-status.ts';
import { defined } from '../defined.ts';
import { digestOf } from '../digest.ts';
import { policyQuestion } from '../policy/policy-input.ts';
import { pipelineGraph } from '../pipeline/pipeline-graph.ts';
import type { PipelineGraph } from '../pipeline/step-node.ts';
import { LoopIndex } from './loop-index.ts';
import type { CacheHit, ObservedAttempt, ObservedWorkItem, OutputsRef } from './observed.ts';
import { openAttempt } from './attempts.ts';
import type { ArtifactContent, WorkItemAction } from './work-item-plan.ts';

/** How a run ends, once that is certain. */
export type Ending = NonNullable<WorkItemStatus['ending']>;
/** What a run waits for. */
export type WaitingFor = NonNullable<WorkItemStatus['waitingFor']>[number];
/** An asset that was recorded. */
export type RecordedAsset = NonNullable<WorkItemStatus['assets']>[number];

/** Bytes of outputs that one step may have inline, and all steps together (Kubernetes objects must stay small). */
const inlineLimits = { each: 1024, total: 8192 } as const;
/** Transitions that a status keeps. */
const mostTransitions = 50;

/**
 * A run while one plan is made: the records as they change, and what the plan gathers beside them. It lives no longer
 * than the plan; nothing in here decides anything.
 */
export class Run {
  readonly observed: ObservedWorkItem;
  readonly graph: PipelineGraph;
  /** The moment of the plan, in milliseconds since 1970, and as RFC 3339. */
  readonly nowMs: number;
  readonly now: string;
  readonly gates: Map<string, GateStatus>;
  /** Where it stands in its lifecycle, and who is at work on it. */
  lifecycle: WorkItemStatus['lifecycle'];
  assignee: WorkItemStatus['assignee'];
  /** What digests that people decide on begin with. */
  decidedUnder: WorkItemStatus['decidedUnder'];
  /** Loop iterations that have records. */
  readonly loops = new LoopIndex();
  /** By when it is to be done. */
  sla: WorkItemStatus['sla'];
  ending: Ending | undefined;
  startedAt: string | undefined;
  finishedAt: string | undefined;
  outputs: Pick<WorkItemStatus, 'outputs' | 'outputsRef'>;
  /** Whether the steps that are no exit steps have ended: those without a record never begin. */
  isMainOver = false;
  assets: readonly RecordedAsset[];
  assetsRef: WorkItemStatus['assetsRef'];
  /** What happened that others must learn of, the newest last, and the number of the last. */
  transitions: Pick<WorkItemStatus, 'transitions' | 'sequence'>;
  /** The WorkItem's inputs with the defaults of the parameters. */
  inputs: JsonObject = {};
  /** Attempts that are under way. */
  openAttempts = 0;
  /** Grows with every change of a record: when a pass leaves it, there is nothing more to decide. */
  changes = 0;

  readonly #records = new Map<string, StepStatus>();
  readonly #children = new Map<string, ObservedAttempt>();
  readonly #produced = new Map<string, JsonValue>();
  readonly #missing = new Set<string>();
  readonly #lookups = new Map<string, WorkItemAction>();
  readonly #policies = new Map<string, WorkItemAction>();
  readonly #fills: WorkItemAction[] = [];
  readonly #filled = new Map<string, CacheHit>();
  readonly #waits: WaitingFor[] = [];
  readonly #folded: StepStatus[] = [];
  /** Records as they were before, by path; made when it is asked for. */
  #recorded: ReadonlyMap<string, StepStatus> | undefined;
  #gone: string | undefined;
  #wakeAtMs = Infinity;
  #inlineBytes = 0;

  constructor(observed: ObservedWorkItem) {
    const { workItem, pinned, now } = observed;
    const { status = {} } = workItem;
    this.observed = observed;
    this.graph = pipelineGraph(pinned.spec);
    this.nowMs = now.getTime();
    this.now = now.toISOString();
    this.gates = new Map((status.gates ?? []).map((gate) => [gate.name, gate]));
    this.lifecycle = status.lifecycle;
    this.assignee = status.assignee;
    this.decidedUnder = status.decidedUnder;
    this.sla = status.sla;
    this.ending = status.ending;
    this.startedAt = status.startedAt;
    this.finishedAt = status.finishedAt;
    const { outputs, outputsRef, transitions, sequence } = status;
    this.outputs = defined({ outputs, outputsRef });
    this.transitions = defined({ transitions, sequence });
    this.assets = status.assets ?? [];
    this.assetsRef = status.assetsRef;
    for (const record of status.steps ?? []) this.#load(record);
    for (const child of observed.children) this.#children.set(childKey(child), child);
  }

  /** Records in the order in which the steps began. */
  records(): Iterable<StepStatus> {
    return this.#records.values();
  }

  get recordCount(): number {
    return this.#records.size;
  }

  record(path: string): StepStatus | undefined {
    return this.#records.get(path);
  }

  setRecord(record: StepStatus): void {
    const before = this.#records.get(record.path);
    this.#records.set(record.path, record);
    if (before === undefined) this.loops.add(record.path);
    this.#count(before, -1);
    this.#count(record, 1);
    this.changes += 1;
  }

  /** Numbers a transition, and keeps it with the last ones. */
  recordTransition(transition: Omit<WorkItemTransition, 'sequence' | 'at'>): void {
    const { transitions = [], sequence = 0 } = this.transitions;
    const numbered = { sequence: sequence + 1, ...transition, at: this.now };
    this.transitions = {
      transitions: [...transitions, numbered].slice(-mostTransitions),
      sequence: numbered.sequence,
    };
  }

  /** Takes a record out: of an iteration that is folded, or of a part of what begins again. */
  removeRecord(record: StepStatus): void {
    this.#records.delete(record.path);
    this.loops.remove(record.path);
    this.#count(record, -1);
    this.changes += 1;
  }

  /** Takes the final record of a step out whose iteration is done. */
  foldRecord(record: StepStatus): void {
    this.removeRecord(record);
    this.#folded.push(record);
  }

  /** The number of the attempt that was under way by the status that the plan was made from. */
  recordedAttempt(path: string): number | undefined {
    this.#recorded ??= new Map((this.observed.workItem.status?.steps ?? []).map((step) => [step.path, step]));
    const step = this.#recorded.get(path);
    return step && openAttempt(step)?.number;
  }

  child(path: string, number: number): ObservedAttempt | undefined {
    return this.#children.get(childKey({ path, number }));
  }

  /** The content of an artifact, or undefined: then the plan asks for it. */
  artifact(digest: string): JsonValue | undefined {
    const { artifacts } = this.observed.facts;
    const content = this.#produced.get(digest) ?? artifacts.get(digest);
    if (content !== undefined) return content;
    if (artifacts.isGone?.(digest) === true) this.#gone = digest;
    else this.#missing.add(digest);
    return undefined;
  }

  /** An artifact that is gone for good, and that something asked for since the last call. */
  takeGoneArtifact(): string | undefined {
    const gone = this.#gone;
    this.#gone = undefined;
    return gone;
  }

  /** Whether the store has no artifact of this digest: nothing may ask for it then. */
  isGone(digest: string): boolean {
    return !this.#produced.has(digest) && this.observed.facts.artifacts.isGone?.(digest) === true;
  }

  hasArtifact(digest: string): boolean {
    return this.#produced.has(digest) || this.observed.facts.artifacts.has(digest);
  }

  /** Stores a value with this plan, and gives its digest. */
  storeArtifact(content: JsonValue): string {
    const digest = digestOf(content);
    this.#produced.set(digest, content);
    return digest;
  }

  /** Outputs as a record holds them: inline while they are small and few, else as an artifact. */
  placeOutputs(outputs: JsonObject): { outputs: JsonObject } | { outputsRef: OutputsRef } {
    const sizeBytes = byteLength(JSON.stringify(outputs));
    if (sizeBytes <= inlineLimits.each && this.#inlineBytes + sizeBytes <= inlineLimits.total) return { outputs };
    return { outputsRef: { digest: this.storeArtifact(outputs), sizeBytes } };
  }

  /** The outputs of a step that succeeded; undefined while they have to be read first. */
  outputsOf({ outputs, outputsRef }: StepStatus): JsonObject | undefined {
    if (outputsRef === undefined) return outputs ?? {};
    return this.artifact(outputsRef.digest) as JsonObject | undefined;
  }

  lookUpCache(action: Extract<WorkItemAction, { kind: 'look-up-cache' }>): void {
    this.#lookups.set(action.key, action);
  }

  /** Asks what a policy says; the next plan has the answer. */
  askPolicy(action: Extract<WorkItemAction, { kind: 'ask-policy' }>): void {
    this.#policies.set(policyQuestion(action.rule, action.input), action);
  }

  fillCache(action: Extract<WorkItemAction, { kind: 'fill-cache' }>, result: CacheHit): void {
    this.#fills.push(action);
    this.#filled.set(action.key, result);
  }

  /** What the cache has under a key, or will have once this plan is carried out; undefined when it was not asked. */
  cached(key: string): CacheHit | 'miss' | undefined {
    return this.#filled.get(key) ?? this.observed.facts.cache.get(key);
  }

  /** What was waited for in one pass may be there in the next. */
  forgetWaits(): void {
    this.#waits.length = 0;
  }

  waitFor(waiting: WaitingFor): void {
    this.#waits.push(waiting);
  }

  /** Asks for another plan at a time, in milliseconds since 1970. */
  wakeAt(timeMs: number): void {
    this.#wakeAtMs = Math.min(this.#wakeAtMs, timeMs);
  }

  /** What was gathered for the plan. */
  gathered() {
    const reads = [...this.#missing].map((digest): WorkItemAction => ({ kind: 'read-artifact', digest }));
    return {
      artifacts: [...this.#produced].map(([digest, content]): ArtifactContent => ({ digest, content })),
      questions: [...reads, ...this.#lookups.values(), ...this.#policies.values()],
      fills: this.#fills,
      waits: this.#waits,
      folded: this.#folded,
      ...(this.#wakeAtMs === Infinity ? {} : { wakeAtMs: this.#wakeAtMs }),
    };
  }

  #load(record: StepStatus): void {
    this.#records.set(record.path, record);
    this.loops.add(record.path);
    this.#count(record, 1);
  }

  #count(record: StepStatus | undefined, sign: 1 | -1): void {
    if (record === undefined) return;
    if (openAttempt(record) !== undefined) this.openAttempts += sign;
    if (record.outputs !== undefined) this.#inlineBytes += sign * byteLength(JSON.stringify(record.outputs));
  }
}

const childKey = ({ path, number }: Pick<ObservedAttempt, 'path' | 'number'>) => `${number} ${path}`;

/** Bytes of a text in UTF-8. */
function byteLength(text: string): number {
  let bytes = text.length;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    // A surrogate is half of four bytes.
    if (unit > 0x7f) bytes += unit > 0x7ff && (unit < 0xd800 || unit > 0xdfff) ? 2 : 1;
  }
  return bytes;
}
