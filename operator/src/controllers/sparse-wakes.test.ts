import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SparseWakes } from './sparse-wakes.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('sparse wakes', () => {
  it('wake at once, then once for all that came meanwhile, each key by itself', () => {
    const woken: string[] = [];
    const wakes = new SparseWakes((key) => woken.push(key), 1_000);
    wakes.ask('a');
    wakes.ask('a');
    wakes.ask('b');
    wakes.ask('a');
    expect(woken).toEqual(['a', 'b']);
    vi.advanceTimersByTime(999);
    expect(woken).toEqual(['a', 'b']);
    vi.advanceTimersByTime(1);
    expect(woken).toEqual(['a', 'b', 'a']);
    vi.advanceTimersByTime(5_000);
    expect(woken).toHaveLength(3);
    wakes.ask('a');
    expect(woken).toEqual(['a', 'b', 'a', 'a']);
  });
});
