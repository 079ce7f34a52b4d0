import { describe, expect, it } from 'vitest';
import type { PolicyProblem, PolicyVerdict } from '../core/policy/read-policy-answer.ts';
import { PolicyAnswers, type PolicyAnswersParts, type PolicyQuestion } from './policy-answers.ts';

const question: PolicyQuestion = { namespace: 'shop', rule: 'shop/deploy', input: { a: 1 } };
type Said = PolicyVerdict | PolicyProblem;

function bench(said: (count: number) => Promise<Said>, cacheSeconds?: number) {
  let nowMs = Date.parse('2026-01-01T00:00:00Z');
  const asked: PolicyQuestion[] = [];
  const results: string[] = [];
  const engine = { url: 'http://opa.policies:8181', ...(cacheSeconds === undefined ? {} : { cacheSeconds }) };
  const parts: PolicyAnswersParts = {
    engineOf: (namespace) => (namespace === 'bare' ? undefined : engine),
    ask: async (each) => {
      asked.push(each);
      return said(asked.length);
    },
    clock: () => new Date(nowMs),
    asked: (result) => results.push(result),
  };
  return { answers: new PolicyAnswers(parts), asked, results, pass: (ms: number) => (nowMs += ms) };
}

const yes = () => Promise.resolve<Said>({ allowed: true });

describe('PolicyAnswers', () => {
  it('asks once in five minutes, and says until when an answer holds', async () => {
    const { answers, asked, results, pass } = bench(yes);
    const answer = { allowed: true, until: '2026-01-01T00:05:00.000Z' };
    expect(await answers.answer(question)).toEqual(answer);
    pass(299_999);
    expect(await answers.answer(question)).toEqual(answer);
    expect(asked).toHaveLength(1);
    pass(1);
    expect(await answers.answer(question)).toEqual({ allowed: true, until: '2026-01-01T00:10:00.000Z' });
    expect(results).toEqual(['allowed', 'allowed']);
  });

  it.each<[string, Partial<PolicyQuestion>]>([
    ['another rule', { rule: 'shop/refund' }],
    ['another input', { input: { a: 2 } }],
    ['another namespace', { namespace: 'bank' }],
  ])('asks for %s of its own', async (_, other) => {
    const { answers, asked } = bench(yes);
    await answers.answer(question);
    await answers.answer({ ...question, ...other });
    expect(asked).toHaveLength(2);
  });

  it('lets those who ask at the same time wait for one answer', async () => {
    const { answers, asked } = bench(yes);
    await Promise.all([answers.answer(question), answers.answer(question), answers.answer(question)]);
    expect(asked).toHaveLength(1);
  });

  it('keeps a refusal as long as the Tenant says, with its reason', async () => {
    const { answers, asked, pass } = bench(() => Promise.resolve({ allowed: false, message: 'it is Friday' }), 60);
    const refusal = { allowed: false, message: 'it is Friday', until: '2026-01-01T00:01:00.000Z' };
    expect(await answers.answer(question)).toEqual(refusal);
    pass(59_000);
    expect(await answers.answer(question)).toEqual(refusal);
    expect(asked).toHaveLength(1);
  });

  it.each<[string, () => Promise<Said>]>([
    ['an engine that is away', () => Promise.resolve({ problem: 'the policy engine is away' })],
    ['a client that breaks', () => Promise.reject(new Error('the policy engine is away'))],
  ])('allows nothing for %s, and asks again ten seconds later', async (_, failing) => {
    const { answers, asked, results, pass } = bench((count) => (count === 1 ? failing() : yes()));
    const refused = await answers.answer(question);
    expect(refused).toMatchObject({ allowed: false, until: '2026-01-01T00:00:10.000Z' });
    expect(refused.message).toContain('the policy engine is away');
    pass(9_999);
    expect((await answers.answer(question)).allowed).toBe(false);
    pass(1);
    expect((await answers.answer(question)).allowed).toBe(true);
    expect(asked).toHaveLength(2);
    expect(results).toEqual(['failed', 'allowed']);
  });

  it('allows nothing where no engine is named, and says where to name one', async () => {
    const { answers, asked } = bench(yes);
    expect(await answers.answer({ ...question, namespace: 'bare' })).toEqual({
      allowed: false,
      message: 'no policy engine answers shop/deploy: the Tenant names none in spec.safety.policyEngine',
    });
    expect(asked).toEqual([]);
  });

  it('leaves an engine that has not answered alone for ten seconds, whatever is asked', async () => {
    const { answers, asked, pass } = bench((count) =>
      Promise.resolve(count === 1 ? { problem: 'the policy engine is away' } : { allowed: true }),
    );
    const other = { ...question, input: { a: 2 } };
    await answers.answer(question);
    expect(await answers.answer(other)).toMatchObject({ allowed: false, message: 'the policy engine is away' });
    expect(asked).toHaveLength(1);
    pass(10_000);
    expect((await answers.answer(other)).allowed).toBe(true);
  });

  it('holds up two who ask an engine at most: others are told to come again', async () => {
    const silent = Promise.withResolvers<Said>();
    const { answers, asked } = bench(() => silent.promise);
    const waiting = [1, 2].map((a) => answers.answer({ ...question, input: { a } }));
    expect(await answers.answer({ ...question, input: { a: 3 } })).toEqual({
      ...{ allowed: false, until: '2026-01-01T00:00:01.000Z' },
      message: 'the policy engine is busy, and has not answered shop/deploy yet',
    });
    expect(asked).toHaveLength(2);
    silent.resolve({ allowed: true });
    expect((await Promise.all(waiting)).map(({ allowed }) => allowed)).toEqual([true, true]);
    expect((await answers.answer({ ...question, input: { a: 3 } })).allowed).toBe(true);
  });
});
