import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Choice, chooseWinner, type Judgement } from './choose-winner.ts';
import type { Score } from './deliberation.ts';
import { makeProposal } from './proposal.ts';

const members = ['a', 'b', 'c', 'd'];
const equal = members.map((name) => ({ name, weight: 1 }));
const proposals = (names: readonly string[]) => names.map((name) => makeProposal(name, { plan: name }));
const score = (by: string, member: string, given: number): Score => ({ by, member, score: given });

const judgement = (more: Partial<Judgement>): Judgement => ({
  ...{ proposals: proposals(['a', 'b', 'c']), quorum: 2, judges: equal, by: { scores: [] } },
  ...more,
});

const cases: Record<string, { readonly given: Partial<Judgement>; readonly expected: Partial<Choice> }> = {
  'the highest mean wins': {
    given: { by: { scores: [score('a', 'b', 8), score('c', 'b', 9), score('b', 'a', 8), score('c', 'a', 8)] } },
    expected: { winner: 'b', reason: 'HighestScore', agreement: 1 },
  },
  'what somebody gives itself does not count': {
    given: { by: { scores: [score('a', 'a', 10), score('b', 'a', 2), score('a', 'b', 3)] } },
    expected: { winner: 'b', reason: 'HighestScore' },
  },
  'what strangers give does not count': {
    given: { by: { scores: [score('x', 'a', 10), score('b', 'a', 2), score('a', 'b', 3)] } },
    expected: { winner: 'b' },
  },
  'scores count by the weight of who gave them': {
    given: {
      by: { scores: [score('c', 'a', 9), score('d', 'a', 1), score('c', 'b', 1), score('d', 'b', 8)] },
      judges: [
        { name: 'c', weight: 5 },
        { name: 'd', weight: 1 },
      ],
    },
    expected: { winner: 'a', agreement: 0.5 },
  },
  'what is out of range counts as the end of the range': {
    given: { by: { scores: [score('b', 'a', 1000), score('c', 'a', 0), score('a', 'b', 6), score('c', 'b', 6)] } },
    expected: { winner: 'b' },
  },
  'a tie is broken by the digests': {
    given: { by: { scores: [score('c', 'a', 5), score('c', 'b', 5)] } },
    expected: { reason: 'TieBrokenByDigest' },
  },
  'nobody wins without proposals': {
    given: { proposals: [], by: { scores: [score('a', 'b', 5)] } },
    expected: { reason: 'NoProposals', ranking: [], agreement: 0 },
  },
  'nobody wins below the quorum': {
    given: { proposals: proposals(['a']), by: { scores: [score('b', 'a', 9)] } },
    expected: { reason: 'NoQuorum', agreement: 0 },
  },
  'nobody wins when nobody has judged': {
    given: { by: { scores: [score('a', 'a', 9)] } },
    expected: { reason: 'NotJudged' },
  },
  'nobody wins below the minimum': {
    given: { by: { scores: [score('a', 'b', 6)] }, minimumScore: 6.5 },
    expected: { reason: 'BelowMinimumScore' },
  },
  'the minimum is enough': {
    given: { by: { scores: [score('a', 'b', 6.5)] }, minimumScore: 6.5 },
    expected: { winner: 'b' },
  },
  'ballots know no minimum': {
    given: { by: { ballots: [{ by: 'd', ranking: ['b', 'a', 'c'] }] }, minimumScore: 9 },
    expected: { winner: 'b', reason: 'CondorcetWinner' },
  },
  'who wins itself is not asked whether it agrees': {
    given: {
      by: {
        ballots: [
          { by: 'a', ranking: ['b', 'c'] },
          { by: 'b', ranking: ['c', 'a'] },
          { by: 'c', ranking: ['a', 'b'] },
          { by: 'd', ranking: ['b', 'a', 'c'] },
        ],
      },
    },
    expected: { winner: 'b', agreement: 2 / 3 },
  },
  'a judge that alone has judged, and won, agrees with nobody': {
    given: { by: { ballots: [{ by: 'a', ranking: ['a'] }] } },
    expected: { reason: 'NotJudged' },
  },
};

describe('chooseWinner', () => {
  it.each(Object.entries(cases))('%s', (_, { given, expected }) => {
    const choice = chooseWinner(judgement(given));
    expect(choice).toMatchObject(expected);
    expect(choice.winner).toBe(expected.reason === 'TieBrokenByDigest' ? choice.winner : expected.winner);
  });

  it('breaks a tie by what was proposed, not by who proposed it', () => {
    const scores = [score('c', 'a', 5), score('c', 'b', 5)];
    const [one, other] = [{ plan: 1 }, { plan: 2 }];
    const winnerOf = (first: object, second: object) => {
      const made = [makeProposal('a', first as { plan: number }), makeProposal('b', second as { plan: number })];
      const { winner } = chooseWinner(judgement({ proposals: made, by: { scores } }));
      return made.find(({ member }) => member === winner)?.content;
    };
    expect(winnerOf(one, other)).toEqual(winnerOf(other, one));
  });

  const arbitraryScores = fc.array(
    fc.record({
      by: fc.constantFrom(...members),
      member: fc.constantFrom(...members),
      score: fc.double({ min: 0, max: 10, noNaN: true }),
    }),
    { maxLength: 24 },
  );
  const arbitraryBallots = fc.array(
    fc.record({ by: fc.constantFrom(...members), ranking: fc.shuffledSubarray(members) }),
    { maxLength: 4 },
  );
  const arbitraryWeights = fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 4, maxLength: 4 });

  it('chooses the same in whatever order members, proposals and judgements come', () => {
    fc.assert(
      fc.property(
        fc.subarray(members),
        fc.oneof(
          arbitraryScores.map((scores) => ({ scores })),
          arbitraryBallots.map((ballots) => ({
            ballots: ballots.filter(({ by }, at) => ballots.findIndex((each) => each.by === by) === at),
          })),
        ),
        arbitraryWeights,
        fc.nat(),
        (names, by, weights, seed) => {
          const judges = members.map((name, index) => ({ name, weight: weights[index] ?? 1 }));
          const turned = <T>(list: readonly T[]) =>
            seed % 2 === 0 ? list.toReversed() : [...list.slice(1), ...list.slice(0, 1)];
          const choice = chooseWinner(judgement({ proposals: proposals(names), by, judges }));
          const again = chooseWinner(
            judgement({
              proposals: turned(proposals(names)),
              judges: turned(judges),
              by: 'scores' in by ? { scores: turned(by.scores) } : { ballots: turned(by.ballots) },
            }),
          );
          expect(again).toEqual(choice);
        },
      ),
    );
  });

  it('ends without a winner whenever a member too few has proposed', () => {
    fc.assert(
      fc.property(fc.subarray(members, { maxLength: 2 }), arbitraryScores, (names, scores) => {
        expect(
          chooseWinner(judgement({ proposals: proposals(names), by: { scores }, quorum: 3 })).winner,
        ).toBeUndefined();
      }),
    );
  });
});
