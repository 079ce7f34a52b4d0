import type { WorkItem } from '../../api/work-item.ts';
import { labelNames } from '../../core/manifest/labels.ts';
import type { Account } from '../cluster/account.ts';
import { workItems } from '../cluster/kinds.ts';
import { listAll } from '../cluster/list-all.ts';
import { paint, printable } from '../paint.ts';
import type { Terminal } from '../terminal.ts';
import { describeRemains, whereArtifactsAre } from './describe-remains.ts';
import { findContainers, type LoggedContainer, type LogSelection, pods } from './find-containers.ts';
import { type LogWriting, writeLog } from './write-log.ts';

/** Which logs are shown, and how. */
export interface LogsRequest extends Pick<LogWriting, 'follow' | 'tailLines' | 'sinceSeconds' | 'timestamps'> {
  readonly selection: LogSelection;
}

const podsOf = ({ metadata }: WorkItem) => ({
  namespace: metadata.namespace ?? '',
  labelSelector: `${labelNames.workItemUid}=${metadata.uid ?? ''}`,
});

/** Shows the logs of a run: of the Pods that are there, or what is left of those that are not. */
export async function showLogs(
  workItem: WorkItem,
  request: LogsRequest,
  { account, terminal }: { readonly account: Account; readonly terminal: Terminal },
): Promise<void> {
  const { selection, ...how } = request;
  const writing = { account, terminal, namespace: workItem.metadata.namespace ?? '', ...how };
  if (request.follow && workItem.status?.finishedAt === undefined) {
    await followLogs(workItem, selection, { ...writing, hasPrefix: true });
    return;
  }
  const containers = findContainers(await listAll(account.client, pods, podsOf(workItem)), selection);
  for (const container of containers)
    await writeLog(container, { ...writing, follow: false, hasPrefix: containers.length > 1 });
  if (containers.length === 0) tellRemains(workItem, selection, terminal);
}

/** Follows every container as it begins, until the run has ended and all of them have. */
async function followLogs(workItem: WorkItem, selection: LogSelection, writing: LogWriting): Promise<void> {
  const { account, terminal } = writing;
  const begun = new Map<string, Promise<void>>();
  const begin = (container: LoggedContainer): void => {
    const key = `${container.pod} ${container.container}`;
    if (!begun.has(key)) begun.set(key, writeLog(container, writing).catch(tellLost(container, terminal)));
  };
  const { namespace = '', name } = workItem.metadata;
  const over = new AbortController();
  const looking = (async () => {
    for await (const found of account.follow(pods, podsOf(workItem), over.signal))
      findContainers(found, selection).forEach(begin);
  })();
  // What goes wrong there is told at the end; nothing waits for it before.
  looking.catch(() => undefined);
  for await (const [current] of account.follow(workItems, { namespace, fieldSelector: `metadata.name=${name}` }))
    if (current?.status?.finishedAt !== undefined || current === undefined) break;
  over.abort();
  await looking;
  findContainers(await listAll(account.client, pods, podsOf(workItem)), selection).forEach(begin);
  await Promise.all(begun.values());
}

/** A Pod may be gone before all of its log was read; the others go on. */
function tellLost({ pod, container }: LoggedContainer, terminal: Terminal) {
  return (error: unknown): void => {
    if (!(error instanceof Error)) throw error;
    terminal.err(
      `${paint('warning', 'warning', terminal.colours.err)}: ${pod}/${container}: ${printable(error.message)}\n`,
    );
  };
}

function tellRemains(workItem: WorkItem, selection: LogSelection, terminal: Terminal): void {
  terminal.err('no Pod of it is there: what status says of it follows\n');
  const lines = describeRemains(workItem, selection);
  for (const line of lines) terminal.out(`${printable(line)}\n`);
  if (lines.some((line) => line.includes('sha256:'))) terminal.err(`${whereArtifactsAre}\n`);
}
