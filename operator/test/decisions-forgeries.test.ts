/** Forged decisions, on the real API server: each is refused, by the policy and in words that say what is wrong with it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WorkItem } from '../src/api/work-item.ts';
import { aWorkItem } from './attempt-objects.ts';
import { auditEvents, auditLog } from './audit-log.ts';
import {
  aDecision,
  aGate,
  aLifecycle,
  actionKey,
  annotate,
  type DecisionWorld,
  decider,
  digestOf,
  gateKey,
  openDecisionWorld,
} from './decision-world.ts';
import { expectRefusal } from './expect-refusal.ts';
import { workItemType } from './work-items.ts';

let world: DecisionWorld;
/** Asks for two in the role `qa` at a gate, and for the action `approve_tests`; bob has approved. */
let item: WorkItem;
beforeAll(async () => {
  world = await openDecisionWorld();
  const gates = [
    aGate({ approvals: [{ role: 'qa', count: 2 }] }),
    aGate({ name: 'deploy', action: 'deploy', production: true, digest: digestOf('d') }),
    aGate({ name: 'start', state: 'Approved' }),
  ];
  item = await world.ask({ gates, lifecycle: aLifecycle() });
  await annotate(world.bob, item, { [gateKey('review.qa')]: 'approved' });
});
afterAll(() => world.close());

/** What carol was refused, as it was told her. */
const refusals: string[] = [];

async function refuse(decision: readonly [key: string, value: string], says: string): Promise<void> {
  const refusal = await expectRefusal(annotate(world.carol, item, Object.fromEntries([decision])), 'decisions', says);
  refusals.push(refusal);
}

const next = gateKey('review.qa-2');
const notTheTruth = 'a decision says who really decided, and on what is really asked';
const good = aDecision('carol', { comment: 'good' });

describe('whoever decides cannot', () => {
  it.each([
    ['speak for somebody else', aDecision('bob')],
    ['speak for nobody', aDecision('')],
    ['speak for somebody whose name begins alike', aDecision('carol2')],
    ['decide on something else', aDecision('carol', { digest: digestOf('b') })],
    ['decide on nothing', aDecision('carol', { digest: '' })],
    ['decide something else', aDecision('carol', { decision: 'accepted' })],
    ['take an action at a gate', aDecision('carol', { decision: 'done' })],
    ['name somebody else behind the own name', good.replace('"comment"', '"by":"bob","comment"')],
    ['name somebody else in front', good.replace('"by"', '"by":"bob","by"')],
    ['name somebody else at the end', good.replace('}', ',"by":"bob"}')],
    ['hide another decision in an object', good.replace('}', `,"more":${aDecision('bob')}}`)],
    ['hide another decision in the comment', aDecision('carol', { comment: 'x' }).replace('"x"', '"x","by":"bob"')],
    ['end the comment early', aDecision('carol', { comment: 'x' }).replace('"x"', '"x\\","by":"bob"')],
    ['end the comment early behind a backslash', good.replace('good"', 'good\\\\","by":"bob"')],
    ['put something behind it', `${good} `],
    ['put something before it', ` ${good}`],
    ['put it twice', good + good],
    ['leave space in between', good.replace(',', ', ')],
    ['change the order', JSON.stringify({ by: 'carol', decision: 'approved', digest: digestOf('a') })],
    ['leave the digest out', JSON.stringify({ decision: 'approved', by: 'carol' })],
    ['leave the comment empty', aDecision('carol', { comment: '' })],
    ['write the comment as something else', good.replace('"good"', '["good"]')],
    ['escape what needs no escape', good.replace('good', 'g\\u006fod')],
    ['escape a slash', good.replace('good', 'go\\/od')],
    ['escape the own name', good.replace('carol', 'c\\u0061rol')],
    ['write JSON that is cut off', good.slice(0, -1)],
    ['write a list', `[${good}]`],
    ['write nothing but a brace', '{'],
    ['write an empty object', '{}'],
    ['write the digest in capitals', good.replace(digestOf('a'), `sha256:${'A'.repeat(64)}`)],
    ['write the digest without what it is', good.replace('sha256:', '')],
  ])('%s', async (_, value) => {
    // A space in front makes it words; they are none of the words that are known.
    await refuse([next, value], value.startsWith('{') ? notTheTruth : 'write "approved" or "rejected"');
  });

  it.each([
    ['', 'write "approved" or "rejected"'],
    ['yes', 'write "approved" or "rejected"'],
    ['Approved', 'write "approved" or "rejected"'],
    ['done', 'write "approved" or "rejected"'],
    ['approved it is', 'write "approved" or "rejected"'],
    [`approved ${'a'.repeat(7)}`, 'write "approved" or "rejected"'],
    [`approved ${'a'.repeat(65)}`, 'write "approved" or "rejected"'],
    [`approved ${'A'.repeat(8)}`, 'write "approved" or "rejected"'],
    [`approved ${digestOf('a')}`, 'write "approved" or "rejected"'],
    ['approved\naaaaaaaa', 'a decision is one line'],
    [`approved ${'b'.repeat(8)}`, 'what is asked has another digest than bbbbbbbb, which you were shown'],
    [`rejected ${'a'.repeat(63)}b: no`, 'what is asked has another digest'],
  ])('write %j at a gate', async (value, says) => {
    await refuse([next, value], says);
  });

  it.each([
    ['', 'write a comment, or "done"'],
    ['   ', 'write a comment, or "done"'],
    ['done bbbbbbb', 'write a comment, or "done"'],
    ['done it', 'write a comment, or "done"'],
    [`done ${'a'.repeat(8)}`, 'what is asked has another digest than aaaaaaaa, which you were shown'],
    [aDecision('carol', { decision: 'approved', digest: digestOf('b') }), notTheTruth],
    [aDecision('bob', { decision: 'done', digest: digestOf('b') }), notTheTruth],
    [aDecision('carol', { decision: 'done', digest: digestOf('a') }), notTheTruth],
  ])('write %j for an action', async (value, says) => {
    await refuse([actionKey('approve_tests.qa'), value], says);
  });

  it.each([
    ['breaks the line', 'approved: one\ntwo'],
    ['breaks the line outside of it', good.replace(',', ',\n')],
    ['breaks the line, in JSON', aDecision('carol', { comment: 'x' }).replace('"x"', '"one\ntwo"')],
    ['goes back', 'approved: one\u0008two'],
    ['is of the second kind of control characters', 'approved: one\u0085two'],
    ['deletes', 'approved: one\u007ftwo'],
  ])('comment with what %s', async (_, value) => {
    await refuse([next, value], 'a decision is one line, without control characters');
  });

  it.each([
    ['a comment that is too long', `approved: ${'👍'.repeat(1025)}`, 'a comment is at most 1024 characters long'],
    ['a value that is far too long', `approved: ${'x'.repeat(9000)}`, 'a decision is at most 8192 characters long'],
    ['a value of 200,000 characters', aDecision('carol', { comment: 'x'.repeat(200_000) }), 'at most 8192 characters'],
    ['space around the comment', aDecision('carol', { comment: ' x' }), 'neither begins nor ends with white space'],
    [
      'space behind the comment',
      aDecision('carol', { comment: 'x\u3000' }),
      'neither begins nor ends with white space',
    ],
    ['a mark of byte order', `approved: \ufeffx`, 'neither begins nor ends with white space'],
    ['a mark of byte order behind it', `approved: x\ufeff`, 'neither begins nor ends with white space'],
  ])('write %s', async (_, value, says) => {
    await refuse([next, value], says);
  });

  it.each([
    ['a gate that is not there', gateKey('other.qa'), 'no gate other is open for the role qa'],
    ['a gate that is decided', gateKey('start.qa'), 'no gate start is open for the role qa'],
    ['a role that is not asked', gateKey('review.po'), 'no gate review is open for the role po'],
    ['an action that cannot be taken', actionKey('deploy.qa'), 'the role qa cannot take the action deploy now'],
    [
      'an action in another role',
      actionKey('approve_tests.po'),
      'the role po cannot take the action approve_tests now',
    ],
  ])('decide for %s', async (_, key, says) => {
    await refuse([key, 'approved'], says);
  });

  it.each([
    gateKey('review'),
    gateKey('review.qa-1'),
    gateKey('review.qa-0'),
    gateKey('review.qa-10'),
    gateKey('review.qa-02'),
    gateKey('review.qa.2'),
    gateKey('review.QA'),
    gateKey('review_x.qa'),
    gateKey(`${'g'.repeat(31)}.qa`),
    gateKey(`review.${'r'.repeat(31)}`),
    actionKey('approve-tests.qa'),
    actionKey('approve_tests'),
    actionKey(`${'a'.repeat(31)}.qa`),
  ])('decide under %s', async (key) => {
    await refuse([key, 'approved'], `${key} names no decision`);
  });

  it.each(['approved', 'rejected', 'approved: without the digits'])('write %j about production', async (value) => {
    const says = 'deploy is about production: write the first 8 or more digits of the digest that you were shown';
    await refuse([gateKey('deploy.qa'), value], says);
  });

  it.each(['done', 'off it goes'])('write %j for an action that leads into production', async (value) => {
    const actions = [{ name: 'deploy', roles: ['qa'] }];
    const gates = [aGate({ name: 'deploy', action: 'deploy', production: true, state: 'Approved' })];
    const other = await world.ask({ gates, lifecycle: aLifecycle({ actions }) });
    const request = annotate(world.carol, other, { [actionKey('deploy.qa')]: value });
    await expectRefusal(request, 'decisions', 'deploy is about production');
  });

  it('act in the role of the operator', async () => {
    const actions = [{ name: 'approve_tests', roles: ['system'] }];
    const other = await world.ask({ lifecycle: aLifecycle({ actions }) });
    const request = annotate(world.admin, other, { [actionKey('approve_tests.system')]: 'done' });
    await expectRefusal(request, 'decisions', 'the role system is the operator itself');
  });
});

describe('a decision cannot be', () => {
  it('changed by whoever made it', async () => {
    const request = annotate(world.bob, item, { [gateKey('review.qa')]: 'rejected: I thought again' });
    await expectRefusal(request, 'decisions', 'a decision cannot be changed: approval.conclave.dev/review.qa is taken');
  });

  it.each([
    ['overwritten by somebody else', 'approved'],
    ['made somebody else’s', aDecision('carol')],
  ])('%s', async (_, value) => {
    await refuse([gateKey('review.qa'), value], 'a decision cannot be changed');
  });

  it('taken back', async () => {
    const request = annotate(world.bob, item, { [gateKey('review.qa')]: null });
    await expectRefusal(request, 'decisions', 'a decision cannot be taken back');
  });

  it('removed by whoever may update everything', async () => {
    const request = annotate(world.admin, item, { [gateKey('review.qa')]: null });
    await expectRefusal(request, 'decisions', 'a decision cannot be taken back');
  });

  it('made twice by one person under two slots', async () => {
    const request = annotate(world.bob, item, { [next]: 'approved: twice' });
    await expectRefusal(request, 'decisions', 'bob has decided on this already');
  });

  it('made by one person in two roles, or once for and once against it', async () => {
    const gates = [aGate({ approvals: [{ role: 'qa', count: 2 }, { role: 'po' }] })];
    const other = await world.ask({ gates });
    await annotate(world.bob, other, { [gateKey('review.qa')]: 'rejected: no' });
    const request = annotate(world.bob, other, { [gateKey('review.po')]: 'approved' });
    await expectRefusal(request, 'decisions', 'bob has decided on this already');
  });

  it('made twice by one person about the same action', async () => {
    const other = await world.ask({ lifecycle: aLifecycle() });
    await annotate(world.bob, other, { [actionKey('approve_tests.qa')]: 'once' });
    const request = annotate(world.bob, other, { [actionKey('approve_tests.qa-2')]: 'twice' });
    await expectRefusal(request, 'decisions', 'bob has decided on this already');
  });

  it('carried over from another WorkItem', async () => {
    const other = await world.ask({ gates: [aGate({ digest: digestOf('e') })] });
    const { metadata } = await annotate(world.carol, other, { [gateKey('review.qa')]: 'approved' });
    await refuse([next, String(metadata.annotations?.[gateKey('review.qa')])], notTheTruth);
  });

  it('made on what has changed since it was shown', async () => {
    const other = await world.ask();
    await world.record(other, { gates: [aGate({ digest: digestOf('e'), round: 2 })] });
    const request = annotate(world.carol, other, { [gateKey('review.qa')]: `approved ${'a'.repeat(8)}` });
    await expectRefusal(request, 'decisions', 'what is asked has another digest');
    const whole = annotate(world.carol, other, { [gateKey('review.qa')]: aDecision('carol') });
    await expectRefusal(whole, 'decisions', notTheTruth);
  });

  it('made while the operator has not seen the latest change', async () => {
    const other = await world.ask();
    await world.alice.patch(workItemType, other.metadata, { merge: { spec: { priority: 'high' } } });
    const request = annotate(world.carol, other, { [gateKey('review.qa')]: 'approved' });
    await expectRefusal(request, 'decisions', 'what it asks is not up to date');
  });

  it('made before the operator has looked at the WorkItem at all', async () => {
    const other = await world.ask({});
    const bare = aWorkItem({ namespace: world.namespace, name: 'bare' }) as WorkItem;
    await world.alice.create(workItemType, bare);
    for (const each of [other, bare]) {
      const request = annotate(world.carol, each, { [gateKey('review.qa')]: 'approved' });
      await expectRefusal(request, 'decisions', 'no gate review is open');
    }
  });

  it.each(['new\nline', 'x'.repeat(1025)])('made by somebody who is called %j', async (name) => {
    const somebody = await world.people.add(name, decider);
    const request = annotate(somebody, item, { [next]: 'approved' });
    await expectRefusal(request, 'decisions', 'a user whose name has control characters or is longer than 1024');
  });
});

describe('the audit log', () => {
  it.skipIf(auditLog() === undefined)('says of each forgery who tried it, on what, and why it was refused', () => {
    const told = auditEvents(auditLog() ?? '', world.namespace).filter(
      ({ user, objectRef }) => user.username === 'carol' && objectRef?.name === item.metadata.name,
    );
    const why = told.map(
      ({ annotations = {} }) => annotations['validation.policy.admission.k8s.io/validation_failure'],
    );
    const failures = why.map((failure) => JSON.parse(failure ?? '[]') as readonly object[]);
    expect(refusals.length).toBeGreaterThan(60);
    expect(failures).toHaveLength(refusals.length);
    for (const [index, refusal] of refusals.entries()) {
      const { policy, validationActions, message } = failures[index]?.[0] as Record<string, unknown>;
      expect([policy, validationActions]).toEqual(['conclave-decisions', ['Deny', 'Audit']]);
      expect(refusal).toContain(message);
    }
  });
});
