import { group, version } from '../../api/api-version.ts';
import type { Council } from '../../api/council.ts';
import type { Pipeline } from '../../api/pipeline.ts';
import type { WorkItem } from '../../api/work-item.ts';
import type { ClusterKind } from './account.ts';

const ours = { group, version, namespaced: true } as const;

/** WorkItems. */
export const workItems: ClusterKind<WorkItem> = { ...ours, kind: 'WorkItem', plural: 'workitems' };
/** Pipelines. */
export const pipelines: ClusterKind<Pipeline> = { ...ours, kind: 'Pipeline', plural: 'pipelines' };
/** Councils. */
export const councils: ClusterKind<Council> = { ...ours, kind: 'Council', plural: 'councils' };
