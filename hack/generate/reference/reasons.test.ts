import { expect, test } from 'vitest';
import { readConditions } from './reasons.ts';

test('conditions are read with their reasons and what the comments say of them', () => {
  const source = `
/** Types of conditions. */
export const conditionTypes = { valid: 'Valid', ready: 'Ready' } as const;

export const validReasons = {
  /** It is good. */
  good: 'Good',
  /**
   * It is bad,
   * in a long comment.
   */
  bad: 'Bad',
} as const;
`;
  expect(readConditions(source)).toEqual([
    {
      type: 'Valid',
      reasons: [
        { reason: 'Good', meaning: 'It is good.' },
        { reason: 'Bad', meaning: 'It is bad, in a long comment.' },
      ],
    },
    { type: 'Ready', reasons: [] },
  ]);
});
