import type { WorkItem } from '../api/work-item.ts';
import type { WorkItemStatus } from '../api/work-item-status.ts';
import type { Admission } from './admission.ts';
import type { DecisionSources } from './observe-decisions.ts';
import type { AnswerSources } from './plan-with-answers.ts';
import type { PinnedPipelines } from './pinned-pipelines.ts';
import type { AttemptPort, NamespaceFacts, WorkItemCluster } from './work-item-ports.ts';

/** What the controller of WorkItems is made of. */
export interface WorkItemControllerParts extends AnswerSources {
  readonly cluster: WorkItemCluster;
  readonly attempts: AttemptPort;
  readonly pipelines: PinnedPipelines;
  readonly admission: Pick<Admission, 'admit' | 'setAside'>;
  readonly facts: NamespaceFacts;
  /** What decisions of people rest on. */
  readonly policies: DecisionSources['policies'];
  /** Told of each status that was recorded: logs and metrics come from it. */
  readonly recorded: (workItem: WorkItem, status: WorkItemStatus) => void;
  readonly clock: () => Date;
}

/** When to look again, in milliseconds. */
export interface Again {
  readonly requeueAfterMs?: number;
}
