import type { WorkItem } from '../../api/work-item.ts';
import type { WorkItemTransition } from '../../api/work-item-status.ts';
import type { Account, ClusterKind, ClusterObject } from '../cluster/account.ts';

/** An events.k8s.io/v1 Event, as far as it is shown. */
export interface ClusterEvent extends ClusterObject {
  readonly eventTime?: string | null;
  readonly type?: string;
  readonly reason?: string;
  readonly note?: string;
  readonly series?: { readonly count: number; readonly lastObservedTime: string };
  readonly deprecatedLastTimestamp?: string;
}

/** Events. */
export const events: ClusterKind<ClusterEvent> = {
  ...{ group: 'events.k8s.io', version: 'v1', kind: 'Event', plural: 'events' },
  namespaced: true,
};

/** Something that happened to a WorkItem. */
export interface WorkItemHappening {
  readonly at: string;
  /** An Event of the cluster, which goes after an hour by default, or a record of the run, which stays. */
  readonly source: 'event' | 'record';
  readonly type: 'Normal' | 'Warning';
  /** A word for programs: the reason of an Event, the name of a record. */
  readonly reason: string;
  readonly message: string;
  /** How often it happened. */
  readonly count: number;
}

/** What is known of what happened, and whether the Events may be read. */
export interface Happenings {
  readonly happenings: readonly WorkItemHappening[];
  /** Why the Events are missing. */
  readonly withoutEvents?: string;
}

/** Which Events speak of a WorkItem. */
export function eventsOf({ metadata }: WorkItem) {
  const { namespace = '', uid = '' } = metadata;
  return { namespace, fieldSelector: `regarding.uid=${uid}` };
}

/** Everything that is known of what happened to a WorkItem, the oldest first. */
export async function collectHappenings({ client }: Pick<Account, 'client'>, workItem: WorkItem): Promise<Happenings> {
  const records = happeningsOf(workItem, []);
  try {
    const found: ClusterEvent[] = [];
    for await (const event of client.list(events, eventsOf(workItem))) found.push(event);
    return { happenings: happeningsOf(workItem, found) };
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'Forbidden') throw error;
    return {
      happenings: records,
      withoutEvents: 'Events may not be read here: only what the run has recorded is shown',
    };
  }
}

/** What a WorkItem has recorded and what Events tell of it, the oldest first. */
export function happeningsOf({ status }: WorkItem, told: readonly ClusterEvent[]): readonly WorkItemHappening[] {
  const happenings = [...(status?.transitions ?? []).map(fromRecord), ...told.map(fromEvent)];
  return happenings.sort((one, other) => Date.parse(one.at) - Date.parse(other.at));
}

function fromRecord(transition: WorkItemTransition): WorkItemHappening {
  const { at, event } = transition;
  return { at, source: 'record', type: 'Normal', reason: event, message: describeRecord(transition), count: 1 };
}

function describeRecord({ subject, from, to, action, actor, message }: WorkItemTransition): string {
  const moved = from === undefined && to === undefined ? '' : `${from ?? ''} → ${to ?? ''}`.trim();
  const { kind, name, role } = actor;
  const by = kind === 'system' ? '' : `by ${name}${role === undefined || role === name ? '' : ` as ${role}`}`;
  return [subject, moved, action, by, message].filter((part) => part !== undefined && part !== '').join(', ');
}

function fromEvent(event: ClusterEvent): WorkItemHappening {
  const { type, reason = '', note: message = '', series } = event;
  const isWarning = type === 'Warning';
  return {
    ...{ at: timeOf(event), source: 'event', type: isWarning ? 'Warning' : 'Normal', reason, message },
    count: series?.count ?? 1,
  };
}

/** Events that others write by the older API have their times elsewhere. */
function timeOf({ series, eventTime, deprecatedLastTimestamp, metadata }: ClusterEvent): string {
  return series?.lastObservedTime ?? eventTime ?? deprecatedLastTimestamp ?? metadata.creationTimestamp ?? '';
}
