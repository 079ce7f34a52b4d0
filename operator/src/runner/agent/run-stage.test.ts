import { describe, expect, it, onTestFinished } from 'vitest';
import { runnerResult } from '../../api/runner-result.ts';
import type { CouncilWork, RoleContract } from '../../api/runner-work.ts';
import { aTask } from '../../testing/a-runner-task.ts';
import { AgentBench } from '../../testing/agent-bench.ts';
import type { AskedBody, ModelTurn } from '../../testing/scripted-model.ts';

type Stage = NonNullable<CouncilWork['stage']>;

const promptOf = (body: AskedBody) => body.messages[1]?.content ?? '';
const json = (value: unknown): ModelTurn => ({ text: JSON.stringify(value) });
const proposals = [
  { alias: 'proposal-1', content: 'black tea' },
  { alias: 'proposal-2', content: { tea: 'green' } },
];

/** The pod of one speaker: of ann, or of the judge where the stage names no member. */
async function aPod(
  stage: Stage,
  says: (body: AskedBody, count: number) => ModelTurn,
  more: Partial<CouncilWork> = {},
) {
  const bench = await AgentBench.start(says);
  onTestFinished(() => bench.stop());
  const role: RoleContract = { prompt: 'I am the speaker', tools: [], model: bench.access };
  const work: CouncilWork = {
    ...{ kind: 'council', council: 'board', topic: 'Which tea?', strategy: 'peer_review', rounds: 2 },
    ...(stage.member === undefined ? { members: [], judge: role } : { members: [{ name: 'ann', weight: 1, role }] }),
    ...{ rubric: [], quorum: 2, seed: 0, stage },
    ...more,
  };
  const { result, message, exitCode } = await bench.run(
    aTask({ work, step: { path: 'choose[0].ann', type: 'council', attempt: 1 } }),
  );
  return { bench, result: runnerResult.parse(result), message, exitCode };
}

describe('the pod of one who takes part in a deliberation', () => {
  it('proposes, and gives its proposal as its ballot', async () => {
    const { bench, result, message, exitCode } = await aPod({ kind: 'propose', round: 1, member: 'ann' }, () => ({
      text: 'green tea',
    }));
    expect(exitCode).toBe(0);
    expect(result).toMatchObject({ ballot: { proposal: 'green tea' }, outputs: { proposal: 'green tea' } });
    expect(result.deliberation).toBeUndefined();
    expect(message).toMatchObject({ outcome: 'succeeded', outputs: { proposal: 'green tea' } });
    expect(bench.model.asked).toHaveLength(1);
    expect(promptOf(bench.model.asked[0]!)).toContain('nobody sees what another proposes');
    expect(bench.model.received[0]?.headers['x-conclave-role']).toBe('ann');
  });

  it('is shown what was proposed before when it proposes again', async () => {
    const { bench } = await aPod({ kind: 'propose', round: 2, member: 'ann', proposals }, () => ({ text: 'mint' }));
    const prompt = promptOf(bench.model.asked[0]!);
    expect(prompt).toContain('Propose again');
    expect(prompt).toMatch(/DATA \w+ proposal-1\nblack tea\n/);
    expect(prompt).toMatch(/DATA \w+ proposal-2\n\{\n "tea": "green"\n\}\n/);
  });

  it('scores each proposal by the rubric', async () => {
    const rubric = [
      { name: 'taste', description: 'How it tastes', weight: 3 },
      { name: 'price', description: 'What it costs', weight: 1 },
    ];
    const { result } = await aPod(
      { kind: 'judge', round: 2, member: 'ann', proposals },
      () =>
        json({
          'proposal-1': { in_words: 'strong', taste: 9, price: 5 },
          'proposal-2': { in_words: 'weak', taste: 1, price: 1 },
        }),
      { rubric },
    );
    expect(result.ballot).toEqual({
      scores: [
        { alias: 'proposal-1', score: 8, comment: 'strong' },
        { alias: 'proposal-2', score: 1, comment: 'weak' },
      ],
    });
    expect(result.outputs).toEqual(result.ballot);
  });

  it.each(['judge', 'vote'] as const)('cuts what is said with its answer where it is to %s', async (kind) => {
    const long = 'x'.repeat(5000);
    const { result } = await aPod({ kind, round: 2, member: 'ann', proposals }, () =>
      kind === 'vote'
        ? json({ comment: long, ranking: ['proposal-2', 'proposal-1'] })
        : json({ 'proposal-1': { in_words: long, score: 1 }, 'proposal-2': { in_words: long, score: 2 } }),
    );
    const { comment, scores = [] } = result.ballot ?? {};
    const said = kind === 'vote' ? [comment] : scores.map((score) => score.comment);
    expect(said.map((text) => text?.length)).toEqual(kind === 'vote' ? [600] : [600, 600]);
  });

  it('says so when its answer is longer than all others could be told', async () => {
    const { result } = await aPod({ kind: 'propose', round: 1, member: 'ann' }, () => ({ text: 'y'.repeat(40_000) }));
    expect(result).toMatchObject({ outcome: 'failed', error: { reason: 'AnswerTooLong', retryable: false } });
  });

  it('judges as the judge where no member is named', async () => {
    const one = { in_words: '', score: 4 };
    const { bench, result } = await aPod({ kind: 'judge', round: 2, proposals }, () =>
      json({ 'proposal-1': one, 'proposal-2': one }),
    );
    expect(result.ballot?.scores).toHaveLength(2);
    expect(bench.model.received[0]?.headers['x-conclave-role']).toBe('judge');
    expect(result.provenance).toEqual({ models: ['m'] });
  });

  it('votes, and is asked again when it ranks a proposal twice', async () => {
    const { bench, result } = await aPod({ kind: 'vote', round: 2, member: 'ann', proposals }, (_, count) =>
      json({ comment: 'so', ranking: count === 1 ? ['proposal-2', 'proposal-2'] : ['proposal-2', 'proposal-1'] }),
    );
    expect(bench.model.asked).toHaveLength(2);
    expect(result.ballot).toEqual({ ranking: ['proposal-2', 'proposal-1'], comment: 'so' });
  });

  it.each<[string, ModelTurn, string, number]>([
    ['refuses', { refusal: 'No.' }, 'Refused', 20],
    ['cannot be reached', { status: 503 }, 'ModelUnavailable', 10],
  ])('fails when its model %s, and says whether trying again may help', async (_, turn, reason, code) => {
    const { result, exitCode } = await aPod({ kind: 'propose', round: 1, member: 'ann' }, () => turn);
    expect(exitCode).toBe(code);
    expect(result).toMatchObject({ outcome: 'failed', error: { reason, retryable: code === 10 } });
    expect(result.ballot).toBeUndefined();
  });

  it('says so when its task knows nothing of it', async () => {
    const { result } = await aPod({ kind: 'propose', round: 1, member: 'zoe' }, () => ({ text: 'x' }));
    expect(result.error?.reason).toBe('TaskInvalid');
  });
});
