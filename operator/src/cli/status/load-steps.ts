import type { PipelineSpec } from '../../api/pipeline.ts';
import type { WorkItem } from '../../api/work-item.ts';
import { councilPipeline } from '../../core/pipeline/council-pipeline.ts';
import { completeSpec, sealPin, type PinnedContent } from '../../core/pipeline/pin-pipeline.ts';
import { pipelineGraph } from '../../core/pipeline/pipeline-graph.ts';
import type { PipelineGraph } from '../../core/pipeline/step-node.ts';
import { explainPendingSteps, type PendingStep } from '../../core/work-item/explain-pending-steps.ts';
import type { Facts } from '../../core/work-item/observed.ts';
import type { Account, ClusterKind, ClusterObject } from '../cluster/account.ts';
import { pipelines } from '../cluster/kinds.ts';

/** The steps of a run as its pipeline has them, and why those that have not begun have not. */
export interface KnownSteps {
  readonly graph: PipelineGraph;
  readonly pending: ReadonlyMap<string, PendingStep>;
}

const controllerRevisions: ClusterKind<ClusterObject & { readonly data?: unknown }> = {
  ...{ group: 'apps', version: 'v1', kind: 'ControllerRevision', plural: 'controllerrevisions' },
  namespaced: true,
};

/** What a plan knows of the world beside the run: nothing of it says why a step has not begun. */
const noFacts: Facts = {
  ...{ artifacts: new Map(), assets: [], decisions: [], cache: new Map() },
  quota: { admitted: true },
};

/** What the steps of runs are. A run is pinned when it begins: its pipeline is read once. */
export class StepSource {
  readonly #account: Account;
  readonly #specs = new Map<string, PipelineSpec | undefined>();

  constructor(account: Account) {
    this.#account = account;
  }

  /** Undefined when the pipeline is gone, may not be read, or is of another version: status alone tells of the run then. */
  async stepsOf(workItem: WorkItem, now: Date): Promise<KnownSteps | undefined> {
    const key = `${workItem.metadata.uid ?? ''} ${workItem.status?.pipeline?.revision ?? ''}`;
    if (!this.#specs.has(key)) this.#specs.set(key, await this.#read(workItem).catch(unknownWhenRefused));
    const spec = this.#specs.get(key);
    return spec && { graph: pipelineGraph(spec), pending: pendingIn(workItem, spec, now) };
  }

  async #read(workItem: WorkItem): Promise<PipelineSpec | undefined> {
    const { metadata, spec } = workItem;
    const { namespace = '' } = metadata;
    const pinned = await this.#readPinned(workItem).catch(unknownWhenRefused);
    if (pinned !== undefined) return parse(pinned);
    if (spec.pipelineSpec !== undefined) return parse(spec.pipelineSpec);
    if (spec.councilRef !== undefined) return councilPipeline(workItem);
    const name = spec.pipelineRef?.name ?? '';
    return parse((await this.#account.client.get(pipelines, { namespace, name })).spec);
  }

  /** What the run is pinned to, once it has begun. */
  async #readPinned({ metadata, status }: WorkItem): Promise<PipelineSpec | undefined> {
    const { namespace = '' } = metadata;
    const name = status?.pipeline?.revision;
    if (name === undefined) return undefined;
    const { data } = await this.#account.client.get(controllerRevisions, { namespace, name });
    return (data as Partial<PinnedContent> | undefined)?.spec;
  }
}

/** A pipeline of another version may have fields that this program does not know. */
function parse(spec: PipelineSpec): PipelineSpec | undefined {
  try {
    return completeSpec(spec);
  } catch {
    return undefined;
  }
}

function pendingIn(workItem: WorkItem, spec: PipelineSpec, now: Date): KnownSteps['pending'] {
  try {
    const pinned = sealPin({ spec, roles: [], methods: [], models: [], councils: [] });
    return explainPendingSteps({ workItem, pinned, children: [], facts: noFacts, now });
  } catch {
    // A status of another version: what it says is shown, and no more is made of it.
    return new Map();
  }
}

const tolerated: ReadonlySet<string> = new Set(['Forbidden', 'NotFound']);

function unknownWhenRefused(error: unknown): undefined {
  if (error instanceof Error && tolerated.has(error.name)) return undefined;
  throw error;
}
