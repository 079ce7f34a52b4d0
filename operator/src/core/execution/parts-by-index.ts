import { indexLabel } from '../manifest/labels.ts';
import { rangesTest } from '../work-item/ranges.ts';
import type { ConditionView, JobAndPods, JobView } from './child-views.ts';

/** An Indexed Job as if each of its members had a Job to itself, with the Pods of that index. */
export function partsByIndex<Member>(
  { job, pods, arePodsCurrent }: JobAndPods,
  members: readonly Member[],
): readonly (readonly [Member, JobAndPods])[] {
  const byIndex = Map.groupBy(pods, ({ metadata }) => metadata.labels?.[indexLabel]);
  const hasCompleted = rangesTest(job.status?.completedIndexes);
  const hasFailed = rangesTest(job.status?.failedIndexes);
  return members.map((member, index) => {
    const own = hasCompleted(index) ? complete : hasFailed(index) ? failed : undefined;
    const part = { job: withCondition(job, own), pods: byIndex.get(String(index)) ?? [], arePodsCurrent };
    return [member, part];
  });
}

const complete: ConditionView = { type: 'Complete', status: 'True' };
const failed: ConditionView = {
  ...{ type: 'Failed', status: 'True', reason: 'FailedIndex' },
  message: 'the Job counts its index as failed, and no Pod says why',
};

/** How an index ended counts more than how all of them did. */
function withCondition(job: JobView, condition: ConditionView | undefined): JobView {
  return condition === undefined ? job : { ...job, status: { conditions: [condition] } };
}
