import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import type { RunnerTask } from '../../api/runner-task.ts';
import type { CouncilWork, RoleContract } from '../../api/runner-work.ts';
import { aTask } from '../../testing/a-runner-task.ts';
import { AgentBench } from '../../testing/agent-bench.ts';
import { startArtifactService } from '../../testing/artifact-service.ts';
import { readTranscript, type RecordedSpeaker, recordedSpeakers } from '../../testing/recorded-run.ts';
import type { AskedBody, ModelTurn } from '../../testing/scripted-model.ts';

const { artifacts, service, stop } = await startArtifactService();
afterAll(stop);

const json = (value: unknown): ModelTurn => ({ text: JSON.stringify(value) });
const promptOf = (body: AskedBody) => body.messages[1]?.content ?? '';

/** A number for each text, the same each time, and different for nearly each. */
const numberOf = (text: string) => Array.from(text).reduce((sum, each) => (sum * 31 + each.charCodeAt(0)) % 997, 7);

const aliasesIn = (body: AskedBody) =>
  Array.from(promptOf(body).matchAll(/<<<DATA \w+ (proposal-\d)\n(.*)\n/g), ([, alias = '', content = '']) => ({
    alias,
    content,
  }));

/** What a member says: an opinion of its own of each proposal, whatever its alias. Of answers that are asked for again the first is no JSON. */
function says(who: string, body: AskedBody): ModelTurn {
  if (who === 'dan') return { status: 503, body: { error: { message: 'overloaded' } } };
  const isFirst = body.messages.length === 2;
  if (who === 'bob' && isFirst) return { text: 'Let me think about that.' };
  const proposals = aliasesIn(body);
  const worthOf = ({ content }: { content: string }) => numberOf(who + content);
  if (promptOf(body).includes('Rank all of them')) {
    const ranking = proposals.toSorted((one, other) => worthOf(other) - worthOf(one)).map(({ alias }) => alias);
    return json({ comment: `${who} has ranked`, ranking });
  }
  if (promptOf(body).includes('Score each of them'))
    return json(
      Object.fromEntries(
        proposals.map((each) => [
          each.alias,
          { in_words: `${who} on ${each.content}`, taste: worthOf(each) % 11, price: (worthOf(each) >> 2) % 11 },
        ]),
      ),
    );
  return json({ tea: `${who}'s tea, after ${proposals.length}` });
}

function aCouncil(strategy: CouncilWork['strategy'], model: AgentBench['access']): RunnerTask {
  const outputSchema = { type: 'object', required: ['tea'], properties: { tea: { type: 'string' } } };
  const contract = (name: string): RoleContract => ({ prompt: `I am ${name}`, tools: [], model });
  const work: CouncilWork = {
    ...{ kind: 'council', council: 'board', topic: 'Which tea?', strategy, rounds: strategy === 'debate' ? 3 : 2 },
    members: ['ann', 'bob', 'cid', 'dan'].map((name, index) => ({
      ...{ name, weight: index + 1, role: { ...contract(name), outputSchema } },
    })),
    rubric: [
      { name: 'taste', description: 'How it tastes', weight: 3 },
      { name: 'price', description: 'What it costs', weight: 1 },
    ],
    ...{ quorum: 2, seed: 7 },
    ...(strategy === 'judge' && { judge: contract('the judge') }),
  };
  return aTask({ work, step: { path: 'choose', type: 'council', attempt: 1 }, artifacts: service });
}

type Script = (who: string, body: AskedBody) => ModelTurn;

/** A deliberation that can be held again, with its transcript from where it was stored. */
async function aDeliberation(strategy: CouncilWork['strategy']) {
  let script: Script = says;
  const bench = await AgentBench.start((body, _, { headers }) => script(String(headers['x-conclave-role']), body));
  onTestFinished(() => bench.stop());
  return async (by: Script) => {
    script = by;
    const { result } = await bench.run(aCouncil(strategy, bench.access));
    const transcript = artifacts.stored.get(result.transcript?.digest ?? '') ?? Buffer.alloc(0);
    return { result, recorded: recordedSpeakers(readTranscript(transcript)) };
  };
}

function answersOf(recorded: ReadonlyMap<string, RecordedSpeaker>) {
  const left = new Map([...recorded].map(([name, { turns }]) => [name, [...turns]]));
  const next: Script = (who) => left.get(who)?.shift() ?? { status: 500, body: { error: { message: 'not recorded' } } };
  return { next, left: () => [...left.values()].flat() };
}

describe.each(['peer_review', 'judge', 'vote', 'debate'] as const)('a deliberation by %s', (strategy) => {
  it('comes to the same from its transcript alone, failures and repairs included', async () => {
    const hold = await aDeliberation(strategy);
    const first = await hold(says);
    expect(first.result.outcome).toBe('succeeded');
    const { deliberation } = first.result;
    expect(deliberation?.winner).toEqual(expect.any(String));
    expect(deliberation?.ranking).toHaveLength(3);
    expect(first.recorded.get('dan')?.turns.map(({ status }) => status)).toContain(503);
    expect(first.recorded.get('bob')?.requests.some(({ length }) => length > 2)).toBe(true);

    const answers = answersOf(first.recorded);
    const again = await hold(answers.next);
    expect(answers.left()).toEqual([]);
    expect(again.result.deliberation).toEqual(deliberation);
    expect(again.result.outputs).toEqual(first.result.outputs);
    expect(again.result.usage).toEqual(first.result.usage);
    expect(again.recorded).toEqual(first.recorded);
  });
});
