import { describe, expect, it } from 'vitest';
import { waitUntil } from './wait-until.ts';

describe('waitUntil', () => {
  it('asks until the answer is true', async () => {
    let asked = 0;
    await waitUntil('three', () => ++asked === 3, { intervalMs: 1 });
    expect(asked).toBe(3);
  });

  it('names what it waited for, and what to do, when the time is over', async () => {
    const waiting = waitUntil('the moon', () => false, { timeoutMs: 5, intervalMs: 1, hint: 'look up' });
    await expect(waiting).rejects.toMatchObject({ message: 'the moon: not within 0 s', hint: 'look up' });
  });

  it('passes on what asking throws', async () => {
    await expect(waitUntil('it', () => Promise.reject(new Error('dead')))).rejects.toThrow('dead');
  });
});
