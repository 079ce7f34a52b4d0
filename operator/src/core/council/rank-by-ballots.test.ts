import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Ballot } from './deliberation.ts';
import { makeProposal } from './proposal.ts';
import { rankByBallots } from './rank-by-ballots.ts';

const proposals = (names: string) => Array.from(names, (name) => makeProposal(name, { plan: name }));
const orderOf = (names: string, ballots: readonly Ballot[], weights: readonly number[]) => {
  const voters = ballots.map(({ by }, index) => ({ name: by, weight: weights[index] ?? 1 }));
  const { ranking, hasCondorcetWinner } = rankByBallots(proposals(names), ballots, voters);
  return { order: ranking.map(({ member }) => member).join(''), hasCondorcetWinner };
};

/** Voters of such a weight, none of whom is a candidate. */
const votes = (...counted: readonly (readonly [number, string])[]) => ({
  ballots: counted.map(([, ranking], index): Ballot => ({ by: `voter-${index}`, ranking: Array.from(ranking) })),
  weights: counted.map(([weight]) => weight),
});

describe('rankByBallots', () => {
  it('ranks as the 45 voters of the example by which the method is known', () => {
    const { ballots, weights } = votes(
      ...([
        [5, 'ACBED'],
        [5, 'ADECB'],
        [8, 'BEDAC'],
        [3, 'CABED'],
        [7, 'CAEBD'],
        [2, 'CBADE'],
        [7, 'DCEBA'],
        [8, 'EBADC'],
      ] as const),
    );
    expect(orderOf('ABCDE', ballots, weights)).toEqual({ order: 'EACBD', hasCondorcetWinner: false });
  });

  it('puts what beats every other in pairs first', () => {
    const { ballots, weights } = votes([3, 'ABC'], [2, 'BCA'], [2, 'CBA']);
    expect(orderOf('ABC', ballots, weights)).toEqual({ order: 'BCA', hasCondorcetWinner: true });
  });

  it('puts what a ballot leaves out below what it names', () => {
    const { ballots, weights } = votes([1, 'B'], [1, 'BA']);
    expect(orderOf('ABC', ballots, weights).order).toBe('BAC');
  });

  it('does not count where a ballot puts its own proposal', () => {
    const { ballots } = votes([1, 'BC']);
    const own: Ballot = { by: 'A', ranking: ['A', 'C', 'B'] };
    expect(orderOf('ABC', [...ballots, own], [1, 5])).toEqual(
      orderOf('ABC', [...ballots, { ...own, ranking: ['C', 'B', 'A'] }], [1, 5]),
    );
  });

  it('counts no ballot of strangers, and ranks without any by the digests', () => {
    const ranking = (ballots: readonly Ballot[]) => rankByBallots(proposals('ABC'), ballots, []).ranking;
    expect(ranking([{ by: 'x', ranking: ['A'] }])).toEqual(ranking([]));
    const digests = ranking([]).map(({ proposalDigest }) => proposalDigest);
    expect(digests).toEqual(digests.toSorted());
    expect(ranking([]).map(({ score }) => score)).toEqual([1, 2, 3]);
  });

  it('ranks every proposal once, and a winner in pairs always first', () => {
    const names = 'ABCDE';
    const ballot = fc.shuffledSubarray(Array.from(names));
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 1, max: 9 }), ballot), { maxLength: 9 }), (counted) => {
        const { ballots, weights } = votes(...counted.map(([weight, ranking]) => [weight, ranking.join('')] as const));
        const { order } = orderOf(names, ballots, weights);
        expect(Array.from(order).toSorted().join('')).toBe(names);
        const prefer = (one: string, other: string) =>
          ballots.reduce((sum, { ranking }, index) => {
            const [place, otherPlace] = [ranking.indexOf(one), ranking.indexOf(other)];
            return sum + (place !== -1 && (otherPlace === -1 || place < otherPlace) ? (weights[index] ?? 0) : 0);
          }, 0);
        const winner = Array.from(names).find((one) =>
          Array.from(names).every((other) => one === other || prefer(one, other) > prefer(other, one)),
        );
        if (winner !== undefined) expect(order[0]).toBe(winner);
      }),
    );
  });
});
