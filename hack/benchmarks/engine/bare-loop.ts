import type { WorkItem } from '../../../operator/src/api/work-item.ts';
import { digestOf } from '../../../operator/src/core/digest.ts';
import type { PodImages } from '../../../operator/src/core/manifest/render-containers.ts';
import { renderAttemptJob } from '../../../operator/src/core/manifest/render-attempt-job.ts';
import { type JobManifest, renderJob } from '../../../operator/src/core/manifest/render-job.ts';
import type { PodEnd } from './pod-ends.ts';
import { codeStep } from './sample-pipelines.ts';

/** What the loop is told to do. */
export interface BareLoopOrder {
  /** The owners of the Jobs, one for each chain. */
  readonly owners: readonly WorkItem[];
  /** Jobs of each chain, one after the other. */
  readonly jobsPerChain: number;
  /** Chains at the same time. */
  readonly lanes: number;
  readonly images: PodImages;
  readonly serverUrl: string;
  readonly create: (job: JobManifest) => Promise<unknown>;
}

/**
 * What no operator can be faster than: it creates the same Jobs as the operator, each as soon as the Pod of the one before
 * has ended, and does nothing else. It keeps no record, and after a crash it would know nothing.
 */
export class BareLoop {
  readonly #order: BareLoopOrder;
  readonly #done = Promise.withResolvers<undefined>();
  readonly #chains = new Map<string, { readonly owner: WorkItem; made: number }>();
  #next = 0;
  #ended = 0;

  constructor(order: BareLoopOrder) {
    this.#order = order;
  }

  /** Resolves when the last Pod has ended; fails when a Job could not be created or a Pod failed. */
  run(): Promise<unknown> {
    for (let lane = 0; lane < this.#order.lanes; lane += 1) this.#beginChain();
    return this.#done.promise;
  }

  readonly take = ({ workItemUid, path, succeeded }: PodEnd): void => {
    if (!succeeded) this.#done.reject(new Error(`the Pod of ${path} failed`));
    const { owners, jobsPerChain } = this.#order;
    const chain = this.#chains.get(workItemUid);
    if (chain !== undefined && chain.made < jobsPerChain) {
      this.#makeJob(chain);
      return;
    }
    this.#ended += 1;
    if (this.#ended === owners.length) this.#done.resolve(undefined);
    this.#beginChain();
  };

  #beginChain(): void {
    const owner = this.#order.owners[this.#next];
    if (owner === undefined) return;
    this.#next += 1;
    const chain = { owner, made: 0 };
    this.#chains.set(owner.metadata.uid ?? '', chain);
    this.#makeJob(chain);
  }

  #makeJob(chain: { readonly owner: WorkItem; made: number }): void {
    const job = sampleJob(chain.owner, chain.made, this.#order);
    chain.made += 1;
    this.#order.create(job).catch((error: unknown) => this.#done.reject(error));
  }
}

/** As long as the PEM text of the operator's own certificate authority. */
const authorities = 'x'.repeat(700);

/** The Job that the operator makes for the step `step_<index>` of a WorkItem. */
export function sampleJob(
  workItem: WorkItem,
  index: number,
  { images, serverUrl }: Pick<BareLoopOrder, 'images' | 'serverUrl'>,
): JobManifest {
  const step = codeStep(`step_${index}`);
  const { content: program = '' } = step.code;
  const parts = renderAttemptJob({
    ...{ workItem, method: undefined, program, images, artifacts: { url: serverUrl } },
    start: {
      ...{ kind: 'start-attempt', path: step.name, attempt: 1, specDigest: digestOf(step), mode: 'direct', step },
      ...{ inputs: {}, timeoutSeconds: 3600 },
    },
  });
  return renderJob({ ...parts, certificateAuthorities: authorities, queueName: undefined });
}
