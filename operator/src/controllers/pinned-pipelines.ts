import type { Pipeline, PipelineSpec } from '../api/pipeline.ts';
import type { WorkItem } from '../api/work-item.ts';
import { digestOf } from '../core/digest.ts';
import { councilPipeline } from '../core/pipeline/council-pipeline.ts';
import { completeSpec, pinPipeline, type PinnedContent, sealPin } from '../core/pipeline/pin-pipeline.ts';
import { Terminal } from '../core/reconcile-error.ts';
import type { Estimate } from '../api/estimate.ts';
import type { Verdict } from '../core/validation/verdict.ts';
import type { World } from '../core/validation/world.ts';
import type { PinnedPipeline } from '../core/work-item/observed.ts';
import { LRUCache } from 'lru-cache';

/** What a run is pinned to, or why it cannot begin yet. */
export type Pin =
  { readonly pinned: PinnedPipeline; readonly estimate?: Estimate | undefined } | { readonly problem: PinProblem };

/** Why a WorkItem cannot begin for now: a change of what it names may mend it. */
export interface PinProblem {
  readonly reason: 'PipelineNotFound' | 'PipelineInvalid';
  readonly message: string;
  /** Name of what it waits for. */
  readonly name: string;
}

/** Where pins are kept: in ControllerRevisions, which cannot be changed. */
export interface RevisionStore {
  /** The content of a revision; undefined when it is gone. */
  load(namespace: string, revision: string): Promise<unknown>;
  /** Keeps content under its name; when something is there by that name, answers with what that is. */
  keep(namespace: string, revision: string, content: PinnedContent): Promise<unknown>;
}

/** What pins are made from. */
export interface PinnedPipelinesParts {
  readonly revisions: RevisionStore;
  readonly pipeline: (namespace: string, name: string) => Pipeline | undefined;
  /** What a namespace holds, and a stamp that changes with every change of it. */
  readonly world: (namespace: string) => { readonly world: World; readonly stamp: string };
  readonly judge: (object: Pipeline | WorkItem, world: World) => Verdict;
}

const mostPins = 256;

/** Pins runs: to what their Pipeline is now until they start, to the revision that their status names afterwards. */
export class PinnedPipelines {
  readonly #parts: PinnedPipelinesParts;
  readonly #kept = new LRUCache<string, PinnedPipeline>({ max: mostPins });
  readonly #beingKept = new Map<string, Promise<void>>();
  readonly #current = new WeakMap<PipelineSpec, { readonly stamp: string; readonly pin: Pin }>();

  constructor(parts: PinnedPipelinesParts) {
    this.#parts = parts;
  }

  /** What a WorkItem runs. @throws Terminal when the revision that it is pinned to is gone or was tampered with */
  async pin(workItem: WorkItem): Promise<Pin> {
    const { namespace = '' } = workItem.metadata;
    const { status = {} } = workItem;
    const isPinned = status.startedAt !== undefined || status.gates !== undefined;
    if (!isPinned || status.pipeline === undefined) return this.#pinNow(workItem);
    const { revision, digest } = status.pipeline;
    const key = `${namespace}/${revision}`;
    const known = this.#kept.get(key);
    if (known?.digest === digest) return { pinned: known };
    const pinned = unseal(await this.#parts.revisions.load(namespace, revision), { key, digest });
    this.#kept.set(key, pinned);
    return { pinned };
  }

  /** Keeps what a run is pinned to, before its status names it. Repeatable. */
  async keep(namespace: string, pinned: PinnedPipeline): Promise<void> {
    const key = `${namespace}/${pinned.revision}`;
    if (this.#kept.has(key)) return;
    // Many runs of one pipeline may begin at once: one of them writes, the others wait for it.
    const keeping = this.#beingKept.get(key) ?? this.#write({ namespace, key }, pinned);
    this.#beingKept.set(key, keeping);
    await keeping.finally(() => this.#beingKept.delete(key));
  }

  async #write(
    { namespace, key }: { readonly namespace: string; readonly key: string },
    pinned: PinnedPipeline,
  ): Promise<void> {
    const { revision, digest, ...content } = pinned;
    unseal(await this.#parts.revisions.keep(namespace, revision, content), { key, digest });
    this.#kept.set(key, pinned);
  }

  /** Whether a revision is kept must be looked up again: it may be removed soon. */
  forget(namespace: string, revision: string): void {
    this.#kept.delete(`${namespace}/${revision}`);
  }

  #pinNow(workItem: WorkItem): Pin {
    const { pipelineRef, pipelineSpec } = workItem.spec;
    const { namespace = '' } = workItem.metadata;
    if (pipelineSpec !== undefined) return this.#pinSpec(pipelineSpec, workItem);
    if (pipelineRef === undefined) return this.#pinCouncil(workItem);
    const pipeline = this.#parts.pipeline(namespace, pipelineRef.name);
    if (pipeline !== undefined) return this.#pinSpec(pipeline.spec, pipeline);
    const message = `there is no Pipeline '${pipelineRef.name}' in the namespace ${namespace}`;
    return { problem: { reason: 'PipelineNotFound', message, name: pipelineRef.name } };
  }

  /** Judged and pinned once for each spec, as long as nothing of the namespace changes. */
  #pinSpec(spec: PipelineSpec, object: Pipeline | WorkItem): Pin {
    const { world, stamp } = this.#parts.world(object.metadata.namespace ?? '');
    const known = this.#current.get(spec);
    if (known?.stamp === stamp) return known.pin;
    const pin = this.#judgeAndPin(spec, object, world);
    this.#current.set(spec, { stamp, pin });
    return pin;
  }

  #judgeAndPin(spec: PipelineSpec, object: Pipeline | WorkItem, world: World): Pin {
    const { valid, errors, estimates } = this.#parts.judge(object, world);
    const { name } = object.metadata;
    if (!valid) return { problem: { reason: 'PipelineInvalid', message: describe(errors), name } };
    const isInline = object.kind === 'WorkItem';
    const pinned = pinPipeline(completeSpec(spec), isInline ? undefined : name, world);
    return { pinned, estimate: estimates[0]?.estimate };
  }

  #pinCouncil(workItem: WorkItem): Pin {
    const { world } = this.#parts.world(workItem.metadata.namespace ?? '');
    const { valid, errors } = this.#parts.judge(workItem, world);
    if (valid) return { pinned: pinPipeline(councilPipeline(workItem), undefined, world) };
    return { problem: { reason: 'PipelineInvalid', message: describe(errors), name: workItem.metadata.name } };
  }
}

/** The first mistakes; `conclave validate` and the Pipeline's own status tell all. */
function describe(errors: Verdict['errors']): string {
  const told = errors.slice(0, 3).map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
  const more = errors.length - told.length;
  return [...told, ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
}

/** Only content of the digest that status names is run, whoever wrote the revision. */
function unseal(content: unknown, { key, digest }: { readonly key: string; readonly digest: string }): PinnedPipeline {
  if (content === undefined) throw new Terminal(`the ControllerRevision ${key}, which the run is pinned to, is gone`);
  if (digestOf(content) !== digest)
    throw new Terminal(`the ControllerRevision ${key} does not hold what the run is pinned to (${digest})`);
  return sealPin(content as PinnedContent);
}
