import { describe, expect, it } from 'vitest';
import { aliasProposals } from './alias-proposals.ts';
import { commentLength, countRanking, countScores } from './judgements.ts';
import { makeProposal } from './proposal.ts';

const aliased = aliasProposals(
  ['ann', 'bob', 'cid'].map((name) => makeProposal(name, `tea of ${name}`)),
  { seed: 1, round: 2 },
);
const aliasOf = (member: string) => aliased.find((proposal) => proposal.member === member)?.alias ?? '';

describe('countScores', () => {
  it('counts for those whose proposals they are, in the order of the proposals', () => {
    const given = ['cid', 'bob'].map((member, index) => ({ alias: aliasOf(member), score: index, comment: member }));
    const scores = countScores('ann', given, aliased);
    expect(scores.map(({ member, comment }) => [member, comment]).toSorted()).toEqual([
      ['bob', 'bob'],
      ['cid', 'cid'],
    ]);
    expect(scores).toEqual(countScores('ann', given.toReversed(), aliased));
  });

  it('counts nothing for its own, for nobody, and for one that it has scored before', () => {
    const given = [
      { alias: aliasOf('ann'), score: 10 },
      { alias: 'proposal-9', score: 10 },
      { alias: aliasOf('bob'), score: 2 },
      { alias: aliasOf('bob'), score: 10 },
    ];
    expect(countScores('ann', given, aliased)).toEqual([{ by: 'ann', member: 'bob', score: 2, comment: '' }]);
  });

  it('keeps a few sentences of what was said, in whole characters', () => {
    const given = [{ alias: aliasOf('bob'), score: 2, comment: '🫖'.repeat(commentLength + 1) }];
    expect(countScores('ann', given, aliased)[0]?.comment).toBe('🫖'.repeat(commentLength));
  });
});

describe('countRanking', () => {
  it('ranks those whose proposals they are, and leaves out what is none', () => {
    const ranking = [aliasOf('cid'), 'proposal-9', aliasOf('ann')];
    expect(countRanking('ann', { ranking }, aliased)).toEqual({ by: 'ann', ranking: ['cid', 'ann'], comment: '' });
  });

  it('counts for nothing when it ranks one twice', () => {
    const ranking = [aliasOf('cid'), aliasOf('ann'), aliasOf('cid')];
    expect(countRanking('ann', { ranking }, aliased)).toBeUndefined();
  });
});
