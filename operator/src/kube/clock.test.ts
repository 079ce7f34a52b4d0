import { describe, expect, it } from 'vitest';
import { systemClock } from './clock.ts';

describe('systemClock', () => {
  it('sleeps as long as asked', async () => {
    const before = systemClock.monotonicMs();
    await systemClock.sleep(20);
    expect(systemClock.monotonicMs() - before).toBeGreaterThanOrEqual(18);
  });

  it('wakes at once when aborted, before or meanwhile', async () => {
    const before = systemClock.monotonicMs();
    await systemClock.sleep(60_000, AbortSignal.abort());
    const controller = new AbortController();
    const asleep = systemClock.sleep(60_000, controller.signal);
    controller.abort();
    await asleep;
    expect(systemClock.monotonicMs() - before).toBeLessThan(10_000);
  });

  it('takes a delay longer than a timer can hold as a long one, not as none', async () => {
    const controller = new AbortController();
    let awake = false;
    const asleep = systemClock.sleep(2 ** 40, controller.signal).then(() => {
      awake = true;
    });
    await systemClock.sleep(20);
    expect(awake).toBe(false);
    controller.abort();
    await asleep;
  });
});
