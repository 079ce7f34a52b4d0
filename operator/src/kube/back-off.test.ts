import { describe, expect, it } from 'vitest';
import { exponentialDelayMs, fullJitterDelayMs } from './back-off.ts';

const backOff = { baseMs: 100, capMs: 1500 };

describe('back-off', () => {
  it('doubles up to its cap and stays there', () => {
    const ceilings = [0, 1, 2, 3, 4, 5, 10_000].map((failures) => exponentialDelayMs(backOff, failures));
    expect(ceilings).toEqual([100, 200, 400, 800, 1500, 1500, 1500]);
  });

  it('draws from nothing up to the whole ceiling', () => {
    expect(fullJitterDelayMs(backOff, 2, () => 0)).toBe(0);
    expect(fullJitterDelayMs(backOff, 2, () => 0.5)).toBe(200);
  });
});
