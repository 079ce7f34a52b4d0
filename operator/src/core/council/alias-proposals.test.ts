import { describe, expect, it } from 'vitest';
import { agreeEarly } from './agree-early.ts';
import { aliasProposals } from './alias-proposals.ts';
import { makeProposal } from './proposal.ts';
import { rankByScores, scoreByRubric } from './rank-by-scores.ts';

const proposals = ['a', 'b', 'c', 'd', 'e'].map((name) => makeProposal(name, `plan of ${name}`));
const orderOf = (seed: number, round: number, given = proposals) =>
  aliasProposals(given, { seed, round }).map(({ member }) => member);

describe('aliasProposals', () => {
  it('names them by their place in an order that seed and round decide', () => {
    expect(aliasProposals(proposals, { seed: 1, round: 1 }).map(({ alias }) => alias)).toEqual(
      [1, 2, 3, 4, 5].map((place) => `proposal-${place}`),
    );
    const orders = [1, 2, 3, 4].flatMap((seed) => [1, 2].map((round) => orderOf(seed, round).join('')));
    expect(new Set(orders).size).toBeGreaterThan(4);
  });

  it('gives the same order in whatever order they came, and whatever they say', () => {
    expect(orderOf(7, 2, proposals.toReversed())).toEqual(orderOf(7, 2));
    expect(
      orderOf(
        7,
        2,
        proposals.map(({ member }) => makeProposal(member, 'other')),
      ),
    ).toEqual(orderOf(7, 2));
  });
});

describe('agreeEarly', () => {
  const same = (...contents: readonly string[]) =>
    contents.map((content, index) => makeProposal(String(index), content));
  it.each([
    ['enough have proposed the same', same('x', 'x', 'y'), 0.6, true],
    ['too few have', same('x', 'x', 'y'), 0.7, false],
    ['nothing asks for it', same('x', 'x'), undefined, false],
    ['there is no proposal', [], 0, false],
  ] as const)('when %s', (_, given, agreement, expected) => {
    expect(agreeEarly(given, agreement)).toBe(expected);
  });
});

describe('scoreByRubric', () => {
  const rubric = [
    { name: 'clear', weight: 1 },
    { name: 'right', weight: 3 },
  ];
  it('is the mean by the weights of the criteria', () => {
    expect(scoreByRubric({ clear: 10, right: 5, other: 0 }, rubric)).toBe(6.25);
  });

  it('leaves out what was not scored', () => {
    expect(scoreByRubric({ right: 5 }, rubric)).toBe(5);
    expect(scoreByRubric({}, rubric)).toBeUndefined();
  });

  it('keeps to the range', () => {
    expect(scoreByRubric({ clear: 99, right: -1 }, rubric)).toBe(2.5);
  });
});

describe('rankByScores', () => {
  it('puts what nobody has scored last', () => {
    const scores = [{ by: 'a', member: 'b', score: 0 }];
    const judges = [{ name: 'a', weight: 1 }];
    expect(rankByScores(proposals, scores, judges)[0]?.member).toBe('b');
  });
});
