import { describe, expect, test } from 'vitest';
import type { WorkItem } from '../../api/work-item.ts';
import { runCommandLine } from '../../testing/run-command-line.ts';
import { explainRefusal } from '../cluster/explain-refusal.ts';
import type { Person } from '../cluster/person.ts';
import { collectInbox } from '../inbox/collect-inbox.ts';
import { renderInbox } from '../inbox/render-inbox.ts';
import { decide, describeDecided } from './decide.ts';

const at = '2026-01-05T08:00:00.000Z';
const digest = `sha256:3fa9c1d2${'0'.repeat(56)}`;

function aWorkItem(name: string, openedAt = at): WorkItem {
  return {
    ...{ apiVersion: 'conclave.dev/v1alpha1', kind: 'WorkItem', spec: {} },
    metadata: { name, namespace: 'team', generation: 1, annotations: { 'conclave.dev/requested-by': 'rita' } },
    status: {
      observedGeneration: 1,
      gates: [
        {
          ...{ name: 'plan', state: 'Open', round: 1, digest, openedAt, production: false, allowRequester: false },
          ...{ approvals: [{ role: 'review' }, { role: 'po' }], message: 'Ship it?\nReally?' },
        },
      ],
      lifecycle: { state: 'Todo', since: openedAt, round: 0, digest, actions: [{ name: 'claim_task', roles: ['qa'] }] },
    },
  };
}

/** Ann, who may do some things, and what she wrote. */
class Ann implements Person {
  readonly namespace = 'team';
  readonly written: string[] = [];
  readonly listed: (string | undefined)[] = [];
  readonly #rights: readonly string[];
  readonly #workItems: readonly WorkItem[];

  constructor(rights: readonly string[] = [], workItems = [aWorkItem('w')]) {
    [this.#rights, this.#workItems] = [rights, workItems];
  }

  user = () => Promise.resolve('ann');
  close = () => Promise.resolve();
  may: Person['may'] = ({ namespace, verb, resource, name }) =>
    Promise.resolve(namespace === 'team' && this.#rights.includes(`${verb} ${resource}/${name}`));
  get: Person['get'] = (namespace, name) => {
    this.listed.push(namespace);
    return Promise.resolve(aWorkItem(name));
  };
  annotate: Person['annotate'] = ({ metadata }, key, value) =>
    Promise.resolve(void this.written.push(`${metadata.name} ${key} ${value}`));
  async *list(namespace: string | undefined) {
    this.listed.push(namespace);
    yield* await Promise.resolve(this.#workItems);
  }
}

const approve = { kind: 'approval', decision: 'approved', role: 'po' } as const;

describe('deciding', () => {
  test('writes one annotation, whole, and says what was decided', async () => {
    const ann = new Ann();
    const decided = await decide(ann, { name: 'w' }, { ...approve, comment: 'good' });
    expect(ann.written).toEqual([
      `w approval.conclave.dev/plan.po {"decision":"approved","by":"ann","digest":"${digest}","comment":"good"}`,
    ]);
    expect(describeDecided(decided)).toBe('ann approved the gate plan of w as po (3fa9c1d2)\n');
    expect(decided).toMatchObject({ namespace: 'team', workItem: 'w', digest });
  });

  test('acts in the one role of those asked that the person may act in, and asks which where that is not clear', async () => {
    const unsaid = { kind: 'approval', decision: 'approved' } as const;
    const ann = new Ann(['assume roles/po', 'assume roles/qa']);
    expect(await decide(ann, { name: 'w' }, unsaid)).toMatchObject({ role: 'po' });
    for (const rights of [[], ['assume roles/po', 'assume roles/review']])
      await expect(decide(new Ann(rights), { name: 'w' }, unsaid)).rejects.toMatchObject({
        details: { reason: 'Ambiguous', message: 'plan asks several roles: review, po' },
      });
  });

  test('looks in the namespace that is named', async () => {
    const ann = new Ann();
    await decide(ann, { name: 'w', namespace: 'other' }, approve);
    expect(ann.listed).toEqual(['other']);
  });

  test('writes nothing that is not asked', async () => {
    const ann = new Ann();
    const failing = decide(ann, { name: 'w' }, { ...approve, shown: '11111111' });
    await expect(failing).rejects.toMatchObject({
      name: 'Failure',
      details: { exitCode: 1, reason: 'DigestMismatch', hint: expect.stringContaining('8 digits') as string },
    });
    expect(ann.written).toEqual([]);
  });
});

describe('the inbox', () => {
  const all = ['approve gates/plan', 'assume roles/po', 'perform actions/claim_task', 'assume roles/qa'];

  test('has what its owner may decide, the oldest first', async () => {
    const older = aWorkItem('old', '2026-01-04T08:00:00.000Z');
    const entries = await collectInbox(new Ann(all, [aWorkItem('w'), older]), {});
    expect(renderInbox(entries, false)).toBe(
      [
        'team/old  gate plan as po, since 2026-01-04T08:00:00.000Z: Ship it?',
        '  conclave approve old plan --role po --digest 3fa9c1d2 -n team',
        'team/old  action claim_task as qa, since 2026-01-04T08:00:00.000Z: in the state Todo',
        '  conclave act old claim_task --role qa --digest 3fa9c1d2 -n team',
        'team/w  gate plan as po, since 2026-01-05T08:00:00.000Z: Ship it?',
        '  conclave approve w plan --role po --digest 3fa9c1d2 -n team',
        'team/w  action claim_task as qa, since 2026-01-05T08:00:00.000Z: in the state Todo',
        '  conclave act w claim_task --role qa --digest 3fa9c1d2 -n team',
        '',
      ].join('\n'),
    );
  });

  test.each(all)('has nothing for which the right to %s is missing', async (missing) => {
    const entries = await collectInbox(new Ann(all.filter((right) => right !== missing)), { namespace: 'team' });
    expect(entries).toHaveLength(1);
  });

  test('is cut down to one role', async () => {
    const entries = await collectInbox(new Ann(all), { role: 'qa' });
    expect(entries).toMatchObject([{ kind: 'action', name: 'claim_task', role: 'qa' }]);
  });

  test('may be empty', () => {
    expect(renderInbox([], false)).toBe('nothing waits for you\n');
  });
});

describe('what the API server objects to', () => {
  const named = (name: string, message: string) => Object.assign(new Error(message), { name });

  test("is told in a policy's own words", () => {
    const message =
      'patch workitems.conclave.dev team/w: workitems.conclave.dev "w" is forbidden: ValidatingAdmissionPolicy ' +
      "'conclave-decisions' with binding 'conclave-decisions' denied request: ann may not act in the role po " +
      '(403 Forbidden) — give the account the right (RBAC), or change what the policy or quota objects to';
    expect(explainRefusal(named('Forbidden', message))).toEqual({
      ...{ exitCode: 1, code: 405, reason: 'Forbidden', message: 'ann may not act in the role po' },
    });
  });

  test('is told as it is otherwise, and what it is not is a bug', () => {
    expect(explainRefusal(named('NotFound', 'get w: not found (404)'))?.message).toBe('get w: not found (404)');
    expect(explainRefusal(named('Unreachable', 'no answer'))).toMatchObject({ exitCode: 2, code: 401 });
    expect(explainRefusal(new TypeError('x'))).toBeUndefined();
    expect(explainRefusal('x')).toBeUndefined();
  });
});

describe('the commands', () => {
  test.each([['approve', 'w'], ['reject', 'w'], ['act', 'w', 'claim_task'], ['inbox']])(
    '%s %s need a cluster',
    async (...words) => {
      const { exitCode, out, err } = await runCommandLine([...words, '--kubeconfig', '/nowhere/config']);
      expect([exitCode, out]).toEqual([2, '']);
      expect(err).toContain('/nowhere/config, which does not exist');
    },
  );

  test('say what is missing on the command line', async () => {
    expect(await runCommandLine(['act', 'w'])).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining("'action'") as string,
    });
  });
});
