import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkItem } from '../../api/work-item.ts';
import type { Account, ClusterReference } from '../cluster/account.ts';
import { workItems } from '../cluster/kinds.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { Failure, failureCodes } from '../failure.ts';
import { printable } from '../paint.ts';
import type { Terminal } from '../terminal.ts';
import { describeChanges } from './describe-changes.ts';
import { Screen } from './screen.ts';

/** How a WorkItem is followed. */
export interface Following {
  readonly account: Account;
  readonly terminal: Terminal;
  /** Where it stands, for a terminal. */
  readonly render: (workItem: WorkItem) => Promise<string>;
  /** Whether it ends when people have to decide and nothing else goes on. */
  readonly endsAtDecisions: boolean;
}

/**
 * Follows a WorkItem to its end: on a terminal it is drawn again and again in the same place, elsewhere a line tells each
 * change. Answers with how the run ended, or that it waits for people. @throws Failure when it is deleted
 */
export async function followWorkItem(reference: Required<ClusterReference>, following: Following): Promise<ExitCode> {
  const { account, terminal, endsAtDecisions } = following;
  const show = terminal.rows === undefined ? changesShown(terminal) : screenShown(following, terminal.rows);
  const { namespace, name } = reference;
  const selection = { namespace, fieldSelector: `metadata.name=${name}` };
  let uid: string | undefined;
  for await (const [workItem] of account.follow(workItems, selection)) {
    uid ??= workItem?.metadata.uid;
    if (workItem === undefined || workItem.metadata.uid !== uid) throw gone(reference);
    await show(workItem);
    const exitCode = exitCodeOf(workItem, endsAtDecisions);
    if (exitCode !== undefined) return exitCode;
  }
  throw gone(reference);
}

type Show = (workItem: WorkItem) => Promise<void>;

function changesShown(terminal: Terminal): Show {
  let told: WorkItem | undefined;
  return (workItem) => {
    for (const line of describeChanges(told, workItem)) terminal.out(`${printable(line)}\n`);
    told = workItem;
    return Promise.resolve();
  };
}

/** Changes that come faster than anybody reads are drawn as one. */
const drawnMs = 100;

function screenShown({ terminal, render }: Following, rows: number): Show {
  const screen = new Screen(terminal, rows);
  return async (workItem) => {
    screen.draw(await render(workItem));
    if (workItem.status?.finishedAt === undefined) await sleep(drawnMs);
  };
}

/** How the process answers for a run; undefined while it goes on. */
export function exitCodeOf({ status = {} }: WorkItem, endsAtDecisions: boolean): ExitCode | undefined {
  if (status.finishedAt !== undefined) return status.phase === 'Succeeded' ? exitCodes.good : exitCodes.invalid;
  const waitsForPeople =
    status.phase === 'Waiting' && (status.waitingFor ?? []).some(({ kind }) => kind === 'decision');
  return endsAtDecisions && waitsForPeople ? exitCodes.waiting : undefined;
}

const gone = ({ namespace, name }: Required<ClusterReference>) =>
  new Failure({
    ...{ exitCode: exitCodes.invalid, code: failureCodes.resumeStateMissing, reason: 'Deleted' },
    message: `${namespace}/${name} is not there any more`,
  });
