import { describe, expect, test } from 'vitest';
import type { GateStatus } from '../../api/gate-status.ts';
import type { WorkItem } from '../../api/work-item.ts';
import type { WorkItemStatus } from '../../api/work-item-status.ts';
import type { Account } from '../cluster/account.ts';
import type { Terminal } from '../terminal.ts';
import { followWorkItem } from './follow-work-item.ts';

const at = '2026-01-05T08:00:00.000Z';
const digest = `sha256:${'3'.repeat(64)}`;

const aWorkItem = (status: WorkItemStatus, uid = 'u-1'): WorkItem => ({
  ...{ apiVersion: 'conclave.dev/v1alpha1', kind: 'WorkItem', spec: {} },
  metadata: { name: 'w', namespace: 'team', uid },
  status,
});

/** Follows a WorkItem that goes through these statuses, and gives what was written. */
async function follow(
  seen: readonly (WorkItem | undefined)[],
  more: { rows?: number; endsAtDecisions?: boolean } = {},
) {
  let out = '';
  const { rows, endsAtDecisions = false } = more;
  const terminal: Terminal = {
    input: (async function* () {})(),
    out: (text) => void (out += text),
    err: () => undefined,
    colours: { out: false, err: false },
    rows,
  };
  async function* follow() {
    for (const workItem of seen) yield await Promise.resolve(workItem === undefined ? [] : [workItem]);
  }
  const account = { follow } as unknown as Account;
  const render = ({ status }: WorkItem) => Promise.resolve(`phase ${status?.phase ?? ''}\nof the run\n`);
  const exitCode = await followWorkItem(
    { namespace: 'team', name: 'w' },
    { account, terminal, render, endsAtDecisions },
  );
  return { exitCode, out };
}

const running = aWorkItem({ phase: 'Running', reason: 'StepsRunning', steps: [{ path: 'a', phase: 'Running' }] });
const gate: GateStatus = {
  ...{ name: 'publish', state: 'Open', digest, round: 1, approvals: [{ role: 'po' }] },
  ...{ production: false, allowRequester: false, openedAt: at },
};
const waiting = aWorkItem({
  phase: 'Waiting',
  steps: [{ path: 'a', phase: 'Succeeded', startedAt: at, finishedAt: '2026-01-05T08:00:01.500Z' }],
  gates: [gate],
  waitingFor: [
    { kind: 'decision', name: 'publish', since: at, message: 'somebody of the role po\nconclave approve w' },
  ],
});
const decision = { slot: 'publish.po', role: 'po', user: 'ann', decision: 'approved', digest, at } as const;
const ended = aWorkItem({
  phase: 'Succeeded',
  finishedAt: at,
  steps: waiting.status?.steps ?? [],
  gates: [{ ...gate, state: 'Approved', decisions: [{ ...decision }] }],
});

describe('following a WorkItem', () => {
  test('tells each change in a line where there is no terminal', async () => {
    expect(await follow([running, running, waiting, ended])).toEqual({
      exitCode: 0,
      out: [
        'step a: Running',
        'w: Running (StepsRunning)',
        'step a: Succeeded after 1.5 s',
        'gate publish: Open',
        'waits for decision publish: somebody of the role po',
        'w: Waiting',
        'gate publish: Approved by ann as po',
        'w: Succeeded',
        '',
      ].join('\n'),
    });
  });

  test('draws it again in the same place on a terminal, and no more than it has room for', async () => {
    const { out } = await follow([running, ended], { rows: 40 });
    const frame = (phase: string) => `\u001b[?7lphase ${phase}\nof the run\n\u001b[?7h`;
    expect(out).toBe(`${frame('Running')}\u001b[2A\r\u001b[0J${frame('Succeeded')}`);
    expect((await follow([ended], { rows: 3 })).out).toBe('\u001b[?7l… 2 more lines\n\u001b[?7h');
  });

  test.each([
    ['Failed', 1],
    ['Cancelled', 1],
    ['Succeeded', 0],
  ] as const)('ends with a run that is %s by %i', async (phase, exitCode) => {
    expect((await follow([aWorkItem({ phase, finishedAt: at })])).exitCode).toBe(exitCode);
  });

  test('ends with 3 when people have to decide, where that is wanted', async () => {
    expect((await follow([running, waiting, ended], { endsAtDecisions: true })).exitCode).toBe(3);
    expect((await follow([running, waiting, ended])).exitCode).toBe(0);
  });

  test.each([
    ['is deleted', [running, undefined]],
    ['is deleted and made anew', [running, aWorkItem({ phase: 'Pending' }, 'u-2')]],
  ])('fails when it %s', async (_, seen) => {
    await expect(follow(seen)).rejects.toMatchObject({ details: { code: 406, reason: 'Deleted', exitCode: 1 } });
  });
});
