import { describe, expect, it } from 'vitest';
import { timeInRounds, timeTurns } from './time-work.ts';

/** Keeps the processor busy. */
function spin(milliseconds: number): void {
  for (const end = performance.now() + milliseconds; performance.now() < end;);
}

describe('timeTurns', () => {
  it('times each turn, and not what prepares it', () => {
    const times = timeTurns(() => {
      spin(20);
      return () => spin(1);
    }, 0.1);
    expect(times.length).toBeGreaterThan(0);
    expect(Math.min(...times)).toBeGreaterThanOrEqual(1);
    expect(Math.min(...times)).toBeLessThan(20);
  });

  it('makes one turn at least', () => {
    expect(timeTurns(() => () => 7, 0)).toHaveLength(1);
  });
});

describe('timeInRounds', () => {
  it('takes the things in turns, once more than there are rounds, for the first does not count', () => {
    const seen: string[] = [];
    const thing = (name: string) => () => () => seen.push(name);
    const times = timeInRounds([thing('a'), thing('b')], { rounds: 2, seconds: 0 });
    expect(seen).toEqual(['a', 'b', 'a', 'b', 'a', 'b']);
    expect(times).toHaveLength(2);
  });

  it('gives the median of the rounds, so that one slow round does not count', () => {
    let round = 0;
    const slowOnce = () => () => {
      round += 1;
      spin(round === 3 ? 60 : 1);
    };
    const [times] = timeInRounds([slowOnce], { rounds: 3, seconds: 0 });
    expect(times?.p50Ms).toBeLessThan(60);
    expect(times?.p50Ms).toBeGreaterThanOrEqual(1);
  });
});
