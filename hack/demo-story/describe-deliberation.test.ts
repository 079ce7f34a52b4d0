import { describe, expect, it } from 'vitest';
import { without } from '../../operator/src/core/defined.ts';
import { describeDeliberation } from './describe-deliberation.ts';

const proposalDigest = `sha256:${'0'.repeat(64)}`;
const aDeliberation = {
  ...{ winner: 'ann', reason: 'HighestScore', agreement: 0.5, rounds: 1, seed: 1 },
  ranking: [
    { member: 'ann', score: 8.5, proposalDigest, proposal: { action: 'wait', hours: 2 } },
    { member: 'bob', score: 4, proposalDigest, proposal: 'go' },
  ],
  scores: [
    { by: 'bob', member: 'ann', score: 8 },
    { by: 'cid', member: 'ann', score: 9 },
  ],
};

describe('describeDeliberation', () => {
  it('tells proposals with their scores, the best first, and who won', () => {
    expect(describeDeliberation({ ...aDeliberation, dissent: ['bob: it takes long'] })).toEqual([
      '  1. ann, 8.50 of 10',
      '     action: wait',
      '     hours: 2',
      '     scored by bob 8.00, cid 9.00',
      '  2. bob, 4.00 of 10',
      '     go',
      '     scored by nobody',
      '  ann won; 50 % had it first.',
      '  Objection kept: bob: it takes long',
    ]);
  });

  it('tells that nobody won', () => {
    const nobody = without({ ...aDeliberation, ranking: [], scores: [] }, 'winner');
    expect(describeDeliberation(nobody)).toEqual(['  Nobody won.']);
  });
});
