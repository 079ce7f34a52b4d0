import { describe, expect, it } from 'vitest';
import { inTime } from './in-time.ts';

const late = () => new Error('too late');
const never = new Promise<string>(() => undefined);

describe('inTime', () => {
  it('gives what the work comes to', async () => {
    expect(await inTime(Promise.resolve('done'), { timeoutMs: 1_000, late })).toBe('done');
    await expect(inTime(Promise.reject(new Error('broken')), { timeoutMs: 1_000, late })).rejects.toThrow('broken');
  });

  it('does not wait longer than it may', async () => {
    await expect(inTime(never, { timeoutMs: 10, late })).rejects.toThrow('too late');
  });

  it('ends with the signal, also with one that came before', async () => {
    const controller = new AbortController();
    const waiting = inTime(never, { timeoutMs: 60_000, signal: controller.signal, late });
    controller.abort(new Error('stopped'));
    await expect(waiting).rejects.toThrow('stopped');
    await expect(inTime(never, { timeoutMs: 60_000, signal: controller.signal, late })).rejects.toThrow('stopped');
  });
});
