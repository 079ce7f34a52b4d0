import type { Council, CouncilStatus } from '../api/council.ts';
import { runnerResult } from '../api/runner-result.ts';
import type { WorkItem } from '../api/work-item.ts';
import type { EndedDeliberation } from '../core/council/count-deliberations.ts';
import { planCouncilStatus } from '../core/council/plan-council-status.ts';
import { type UncountedDeliberation, uncountedDeliberations } from '../core/council/told-deliberations.ts';
import { ArtifactGone } from '../core/records/artifact-gone.ts';
import type { Verdict } from '../core/validation/verdict.ts';
import { isSameJson } from './is-same-json.ts';

/** What this controller needs from the cluster. */
export interface CouncilCluster {
  /** The Council as the cache has it; undefined when it is gone. */
  observe(key: string): Council | undefined;
  /** The WorkItems in the cache that tell of its deliberations. */
  workItemsOf(key: string): readonly WorkItem[];
  /** Fails with a conflict when the Council changed since it was observed. */
  replaceStatus(council: Council, status: CouncilStatus): Promise<void>;
}

/** What it is made of. */
export interface CouncilControllerParts {
  readonly cluster: CouncilCluster;
  /** Judges a Council by what its namespace holds now. */
  readonly judge: (council: Council) => Verdict;
  /** Reads an artifact of a WorkItem. @throws ArtifactGone, Unavailable */
  readonly read: (workItem: WorkItem, digest: string) => Promise<unknown>;
  /** Told of a deliberation that cannot be counted: its result is lost. */
  readonly lost: (council: Council, told: UncountedDeliberation) => void;
  readonly clock: () => Date;
}

/** Deliberations that one turn counts; its write brings the next turn. */
const mostAtOnce = 32;

/** Keeps the condition `Ready` of each Council true, and its statistics: what WorkItems tell of is counted once. */
export function reconcileCouncil(parts: CouncilControllerParts) {
  const { cluster, judge, lost, clock } = parts;
  return async (key: string): Promise<void> => {
    const council = cluster.observe(key);
    if (council === undefined || council.metadata.deletionTimestamp !== undefined) return;
    const { metadata, status = {} } = council;
    const uncounted = uncountedDeliberations(metadata.name, status, cluster.workItemsOf(key)).slice(0, mostAtOnce);
    const read = await Promise.allSettled(
      uncounted.map(async ({ workItem, resultDigest, ...told }): Promise<EndedDeliberation> => {
        const result = resultDigest === undefined ? undefined : await readResult(parts.read, workItem, resultDigest);
        if (result?.deliberation === undefined) lost(council, told);
        return { ...told, result };
      }),
    );
    const { ended, problem } = countable(read);
    const planned = planCouncilStatus({ council, verdict: judge(council), ended, now: clock() });
    if (!isSameJson(planned, council.status)) await cluster.replaceStatus(council, planned);
    if (problem !== undefined) throw problem.reason;
  };
}

/** Counted in order: the first that cannot be read yet, and what comes after it, wait for the next turn. */
function countable(read: readonly PromiseSettledResult<EndedDeliberation>[]) {
  const problem = read.find((each) => each.status === 'rejected');
  const before = problem === undefined ? read : read.slice(0, read.indexOf(problem));
  return { ended: before.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : [])), problem };
}

/** Undefined when it is lost, no JSON, or no Result. */
async function readResult(
  read: CouncilControllerParts['read'],
  workItem: WorkItem,
  digest: string,
): Promise<EndedDeliberation['result']> {
  try {
    return runnerResult.safeParse(await read(workItem, digest)).data;
  } catch (error) {
    if (error instanceof ArtifactGone || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
