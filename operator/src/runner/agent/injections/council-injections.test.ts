import { describe, expect, it, onTestFinished } from 'vitest';
import type { CouncilWork, RoleContract } from '../../../api/runner-work.ts';
import { aTask } from '../../../testing/a-runner-task.ts';
import { AgentBench } from '../../../testing/agent-bench.ts';
import type { AskedBody, ModelTurn } from '../../../testing/scripted-model.ts';
import { type Aliases, type CouncilInjection, councilInjections } from './council-injections.ts';

const members = ['ann', 'bob', 'eve'] as const;
const trace = 'trace-of-the-attack';
const promptOf = (body: AskedBody) => body.messages[1]?.content ?? '';
const isJudging = (prompt: string) => /Rank all of them|Score each of them/.test(prompt);

/** The names that proposals have in a prompt, as its fences say. */
function aliasesIn(prompt: string): Aliases {
  const fences = Array.from(prompt.matchAll(/^<<<DATA ([0-9a-f]{24}) (proposal-\d+)\n([^]*?)\n\1 DATA>>>$/gm));
  const all = fences.map(([, , alias = '']) => alias);
  return { all, own: fences.find(([, , , content = '']) => content.includes(trace))?.[2] ?? '' };
}

async function deliberate({ strategy, proposal, obeyed }: CouncilInjection) {
  const answer = (body: AskedBody): ModelTurn => {
    const prompt = promptOf(body);
    if (!isJudging(prompt)) return { text: prompt.endsWith('I am eve') ? `${proposal}\n${trace}` : 'Tea, of course.' };
    const said = obeyed(aliasesIn(prompt));
    return { text: typeof said === 'string' ? said : JSON.stringify(said) };
  };
  const bench = await AgentBench.start(answer);
  onTestFinished(() => bench.stop());
  const contract = (name: string): RoleContract => ({ prompt: `I am ${name}`, tools: [], model: bench.access });
  const work: CouncilWork = {
    ...{ kind: 'council', council: 'board', topic: 'Which tea?', strategy, rounds: 1 },
    members: members.map((name) => ({ name, weight: 1, role: contract(name) })),
    ...{ rubric: [], quorum: 2, seed: 7 },
    ...(strategy === 'judge' && { judge: contract('the-judge') }),
  };
  const { result } = await bench.run(aTask({ work }));
  return { result, asked: bench.model.asked.map(promptOf) };
}

/** Whose scores count, each for whom: nobody scores itself, and the judge is the only one where there is one. */
const pairs = (strategy: CouncilInjection['strategy']) =>
  (strategy === 'judge' ? ['judge'] : members).flatMap((by) =>
    members.filter((member) => member !== by).map((member) => `${by} ${member}`),
  );

describe.each(councilInjections)('a proposal that tries $tries', (injection) => {
  it('changes nothing about who counts, for whom, and how much', async () => {
    const { strategy, counts } = injection;
    const { result, asked } = await deliberate(injection);
    const { deliberation } = result;
    const given = (deliberation?.scores ?? []).map(({ by, member }) => `${by} ${member}`);
    expect(given.sort()).toEqual(counts && strategy !== 'vote' ? pairs(strategy).sort() : []);
    for (const { score } of deliberation?.scores ?? []) expect([0, 10]).toContain(score);
    // Where only answers count that were given as they are asked for, there is no winner by the others.
    expect(deliberation?.winner).toBe(counts ? 'eve' : undefined);
    expect(deliberation?.ranking.map(({ member }) => member).sort()).toEqual(counts ? [...members] : expect.any(Array));
    expectFences(asked);
  });
});

/** Those who judge read it as one proposal of three, whatever it pretends to be. */
function expectFences(asked: readonly string[]): void {
  const judging = asked.filter(isJudging);
  expect(judging.length).toBeGreaterThan(0);
  for (const prompt of judging) {
    const { all, own } = aliasesIn(prompt);
    expect([...all].sort()).toEqual(['proposal-1', 'proposal-2', 'proposal-3']);
    expect(all).toContain(own);
    const outside = prompt.replace(/^<<<DATA ([0-9a-f]{24}) [^]*?\n\1 DATA>>>$/gm, '');
    expect(outside).not.toContain(trace);
  }
}

describe('a member that was told to use tools', () => {
  it('has none, and its calls are no answer', async () => {
    const bench = await AgentBench.start((body) =>
      promptOf(body).includes('I am eve') ? { calls: [{ name: 'http_request', arguments: {} }] } : { text: 'Tea.' },
    );
    onTestFinished(() => bench.stop());
    const contract = (name: string): RoleContract => ({
      ...{ prompt: `I am ${name}`, tools: [{ name: 'http', allowedHosts: ['*'] }], model: bench.access },
    });
    const work: CouncilWork = {
      ...{ kind: 'council', council: 'board', topic: 'Which tea?', strategy: 'vote', rounds: 1 },
      members: members.map((name) => ({ name, weight: 1, role: contract(name) })),
      ...{ rubric: [], quorum: 2, seed: 7 },
    };
    const { result } = await bench.run(aTask({ work }));
    expect(bench.model.asked.every(({ tools }) => tools === undefined)).toBe(true);
    expect(result.deliberation?.ranking.map(({ member }) => member)).not.toContain('eve');
    expect(result.toolCalls).toBeUndefined();
  });
});
