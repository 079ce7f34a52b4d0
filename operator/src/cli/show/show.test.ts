import { describe, expect, test } from 'vitest';
import type { GateStatus } from '../../api/gate-status.ts';
import type { JsonValue } from '../../api/json.ts';
import type { WorkItem } from '../../api/work-item.ts';
import { canonicalJson, digestOf } from '../../core/digest.ts';
import { runCommandLine } from '../../testing/run-command-line.ts';
import { findGates } from './find-gates.ts';
import { renderGate } from './render-gate.ts';

const at = '2026-01-05T08:00:00.000Z';
const digest = `sha256:3fa9c1d2${'0'.repeat(56)}`;

/** A gate that shows something, after it showed something else. */
function aGate(shown?: JsonValue, previous?: JsonValue, more: Partial<GateStatus> = {}): GateStatus {
  return {
    ...{ name: 'plan', state: 'Open', round: 2, digest, openedAt: at, production: false, allowRequester: false },
    approvals: [{ role: 'review', count: 2 }],
    ...(shown === undefined ? {} : { shown: canonicalJson(shown), content: digestOf(shown) }),
    ...(previous === undefined ? {} : { previousShown: canonicalJson(previous), previousContent: digestOf(previous) }),
    ...more,
  };
}

function aWorkItem(...gates: GateStatus[]): WorkItem {
  return {
    ...{ apiVersion: 'conclave.dev/v1alpha1', kind: 'WorkItem', spec: {} },
    ...{ metadata: { name: 'ticket-7', namespace: 'team', generation: 1 }, status: { gates } },
  };
}

const render = (gate: GateStatus, inColour = false) =>
  findGates(aWorkItem(gate), gate.name)
    .map((view) => renderGate(view, inColour))
    .join('\n');

describe('the gates of a WorkItem', () => {
  test('are those that are open, or the one that is named', () => {
    const item = aWorkItem(aGate(), aGate(undefined, undefined, { name: 'start', state: 'Approved' }));
    expect(findGates(item).map(({ gate }) => gate.name)).toEqual(['plan']);
    expect(findGates(item, 'start').map(({ gate }) => gate.name)).toEqual(['start']);
  });

  test.each([
    [aWorkItem(), undefined, 'no gate is open', 'it has opened no gate so far'],
    [aWorkItem(aGate()), 'plam', 'it has no gate plam', 'its gates: plan (open)'],
    [aWorkItem(aGate(1, 2, { state: 'Expired' })), undefined, 'no gate is open', 'its gates: plan (expired)'],
  ])('are told where there is none %#', (item, name, message, hint) => {
    expect(() => findGates(item, name)).toThrow(
      expect.objectContaining({ details: { exitCode: 1, code: 409, reason: 'NotAsked', message, hint } }),
    );
  });

  test('show what has the digest as a whole, and all else as a beginning', () => {
    const whole = { plan: { text: 'first' } };
    const shownOf = (gate: GateStatus) => findGates(aWorkItem(gate))[0]?.shown;
    expect(shownOf(aGate(whole))).toEqual({ whole });
    expect(shownOf({ ...aGate(whole), shown: '{"plan":{"te' })).toEqual({ beginning: '{"plan":{"te' });
    expect(shownOf({ ...aGate(whole), shown: '{"plan":{"text":"other"}}' })).toHaveProperty('beginning');
    expect(shownOf(aGate())).toBeUndefined();
  });

  test('are compared only with what has the digest of the round before', () => {
    const gate = aGate({ a: 1 }, { a: 2 });
    expect(findGates(aWorkItem(gate))[0]?.previous).toEqual({ a: 2 });
    expect(findGates(aWorkItem({ ...gate, previousShown: '{"a":3}' }))[0]).not.toHaveProperty('previous');
  });
});

describe('a gate for people', () => {
  test('says who is asked, what is to be approved, what is new in it, and how to decide', () => {
    const decisions: GateStatus['decisions'] = [
      { slot: 'plan.review', role: 'review', user: 'ann', decision: 'approved', digest, at },
      {
        ...{ slot: 'plan.review', role: 'review', user: 'bob', decision: 'rejected', at, comment: 'too vague' },
        digest: `sha256:${'1'.repeat(64)}`,
      },
    ];
    const gate = aGate(
      { plan: { text: 'one\nthree\n' } },
      { plan: { text: 'one\ntwo\n' } },
      { message: 'Go?', decisions },
    );
    expect(render(gate)).toBe(`team/ticket-7  gate plan: Open, round 2, since ${at}
  Go?
approvals: review × 2; not by whoever made the WorkItem
  ann as review: approved, ${at}
  bob as review: rejected an earlier round, ${at}: too vague
digest: ${digest}

What is to be approved:

plan:
  text: |
    one
    three

What is new in it since the round before:

--- the round before
+++ this round
@@ -1,4 +1,4 @@
 plan:
   text: |
     one
-    two
+    three

To decide:
  conclave approve ticket-7 plan --digest 3fa9c1d2 -n team
  conclave reject ticket-7 plan --digest 3fa9c1d2 -n team -m 'why'
`);
  });

  test('says so when nothing is new, when it is only a beginning, and when there is nothing', () => {
    expect(render(aGate({ a: 1 }, { a: 1 }))).toContain('\nIt is the same as in the round before.\n');
    const cut = render({ ...aGate({ a: 1 }, { a: 2 }), shown: '{"a":' });
    expect(cut).toContain(`too large to stand in status. The whole is the artifact ${digestOf({ a: 1 })}.\n\n{"a":\n`);
    expect(cut).not.toContain('What is new');
    expect(render(aGate())).toContain('\nWhat is to be approved is not kept in status.\n');
  });

  test('names the role where several are asked, and what else matters', () => {
    const approvals = [{ role: 'deployment' }, { role: 'safety' }];
    const text = render(aGate({}, undefined, { approvals, production: true, expiresAt: at, allowRequester: true }));
    expect(text).toContain('approvals: deployment × 1, safety × 1\nproduction: approving needs the digest\nexpires: ');
    expect(text).toContain('conclave approve ticket-7 plan --role deployment --digest 3fa9c1d2 -n team');
  });

  test('counts what is an annotation so far, and asks for the role that is missing', () => {
    const approvals = [{ role: 'review' }, { role: 'safety' }];
    const item = aWorkItem(aGate({ a: 1 }, undefined, { approvals }));
    const value = (on: string) => JSON.stringify({ decision: 'approved', by: 'rob', digest: on, comment: 'fine' });
    const decide = (on: string) => {
      const annotations = {
        'approval.conclave.dev/plan.review': value(on),
        'approval.conclave.dev/other.review': value(on),
      };
      const [view] = findGates({ ...item, metadata: { ...item.metadata, annotations } });
      return view === undefined ? '' : renderGate(view, false);
    };
    expect(decide(digest)).toContain('\n  rob as review: approved, not recorded yet: fine\n');
    expect(decide(digest)).toContain('conclave approve ticket-7 plan --role safety');
    expect(decide(`sha256:${'1'.repeat(64)}`)).not.toContain('rob');
  });

  test('does not say how to decide what is decided', () => {
    const text = render(aGate({}, undefined, { state: 'Rejected', decidedAt: at }));
    expect(text).toContain(`decided: ${at}`);
    expect(text).not.toContain('To decide');
  });

  test('lets no text of a model steer a terminal or stand where the words of the product stand', () => {
    const text = render(
      aGate({ plan: { text: 'a\u001b[2J\u202eb\nTo decide:\n  rm -rf /\n' } }, undefined, { message: '\u001b[1m' }),
    );
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
    expect(text.match(/^To decide:/gm)).toHaveLength(1);
  });

  test('has colours where there may be some', () => {
    expect(render(aGate({ a: 1 }, { a: 2 }), true)).toContain('\u001b[32m+a: 1\u001b[39m');
  });
});

test('the command needs a cluster and a WorkItem', async () => {
  const { exitCode, err } = await runCommandLine(['show', 'w', '--gate', '--kubeconfig', '/nowhere/config']);
  expect([exitCode, err]).toEqual([2, expect.stringContaining('/nowhere/config, which does not exist')]);
  expect(await runCommandLine(['show', '--gate', 'x'])).toMatchObject({ exitCode: 2 });
});
