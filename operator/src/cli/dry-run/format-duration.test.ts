import { expect, test } from 'vitest';
import { formatDuration } from './format-duration.ts';

test.each([
  [0, '0 s'],
  [0.04, '0 s'],
  [1.55, '1.6 s'],
  [59, '59 s'],
  [59.7, '1 min'],
  [60, '1 min'],
  [125, '2 min 5 s'],
  [3600, '1 h'],
  [3599.6, '1 h'],
  [3661, '1 h 1 min'],
  [86_400 * 3 + 7200, '3 d 2 h'],
])('%d seconds are %s', (seconds, text) => {
  expect(formatDuration(seconds)).toBe(text);
});
