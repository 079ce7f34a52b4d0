import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withLock } from './lock.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'conclave-lock-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('withLock', () => {
  it('lets one work at a time', async () => {
    const file = join(folder, 'one');
    let inside = 0;
    let most = 0;
    const work = async (): Promise<void> => {
      most = Math.max(most, ++inside);
      await sleep(20);
      inside--;
    };
    await Promise.all([withLock(file, work), withLock(file, work), withLock(file, work)]);
    expect(most).toBe(1);
  });

  it('is given back when the work fails', async () => {
    const file = join(folder, 'failing');
    await expect(withLock(file, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await withLock(file, () => Promise.resolve('again'))).toBe('again');
  });

  it('tells who has to wait', async () => {
    const file = join(folder, 'waiting');
    let told = 0;
    const first = withLock(file, () => sleep(900));
    await sleep(100);
    await Promise.all([
      first,
      withLock(
        file,
        () => Promise.resolve(),
        () => told++,
      ),
    ]);
    expect(told).toBe(1);
  });
});
