import { describe, expect, it } from 'vitest';
import type { WorkItem } from '../api/work-item.ts';
import type { WorkItemStatus } from '../api/work-item-status.ts';
import { Unavailable } from '../core/reconcile-error.ts';
import type { ProgressNotice } from '../core/work-item/describe-progress.ts';
import { tellingWhatIsUnavailable } from './tell-unavailable.ts';

/** A WorkItem whose turns fail, and what is written of it. */
function aWorld(status: WorkItemStatus | undefined, failure: Error) {
  let workItem: WorkItem | undefined = {
    ...{ apiVersion: 'conclave.dev/v1alpha1', kind: 'WorkItem', metadata: { name: 'w', namespace: 'ns' }, spec: {} },
    ...(status === undefined ? {} : { status }),
  };
  const written: WorkItemStatus[] = [];
  const told: ProgressNotice[] = [];
  const cluster = {
    observe: () => workItem,
    replaceStatus: (seen: WorkItem, next: WorkItemStatus) => {
      written.push(next);
      workItem = { ...seen, status: next };
      return Promise.resolve();
    },
    removeAnnotations: () => Promise.resolve(),
    remove: () => Promise.resolve(),
    tell: (_: WorkItem, notice: ProgressNotice) => void told.push(notice),
  };
  let hour = 8;
  const clock = () => new Date(Date.UTC(2026, 0, 5, hour++));
  const reconcile = tellingWhatIsUnavailable({ cluster, clock }, () => Promise.reject(failure));
  const leave = () => (workItem = undefined);
  return { written, told, turn: () => reconcile('ns/w').catch((error: unknown) => error), leave };
}

const away = new Unavailable('artifact store', 'the artifact store is full: enlarge it');
const other = { kind: 'dependency', name: 'another', since: '2026-01-05T07:00:00.000Z', message: 'm' } as const;

describe('tellingWhatIsUnavailable', () => {
  it('says in status and by an Event what a turn fails for, and fails still', async () => {
    const { turn, written, told } = aWorld({ phase: 'Running', startedAt: '2026-01-05T07:00:00Z' }, away);
    expect(await turn()).toBe(away);
    expect(written).toEqual([
      {
        ...{ phase: 'Running', startedAt: '2026-01-05T07:00:00Z', message: away.message },
        waitingFor: [
          { kind: 'dependency', name: 'artifact store', since: '2026-01-05T08:00:00.000Z', message: away.message },
        ],
      },
    ]);
    expect(told).toMatchObject([{ reason: 'Waiting', note: away.message }]);
  });

  it('says it once, and since when', async () => {
    const { turn, written } = aWorld({}, away);
    await turn();
    await turn();
    expect(written).toHaveLength(1);
  });

  it('keeps what else is waited for', async () => {
    const { turn, written } = aWorld({ waitingFor: [other] }, away);
    await turn();
    expect(written[0]?.waitingFor?.map(({ name }) => name)).toEqual(['artifact store', 'another']);
  });

  it('begins the status of a WorkItem that has none', async () => {
    const { turn, written } = aWorld(undefined, away);
    await turn();
    expect(written[0]?.waitingFor).toHaveLength(1);
  });

  it('says nothing of other failures, of runs that have ended, and of what is gone', async () => {
    const others = [
      aWorld({}, new Error('else')),
      aWorld({ finishedAt: '2026-01-05T07:00:00Z' }, away),
      aWorld({}, away),
    ];
    others[2]?.leave();
    for (const { turn } of others) expect(await turn()).toBeInstanceOf(Error);
    expect(others.flatMap(({ written }) => written)).toEqual([]);
  });
});
